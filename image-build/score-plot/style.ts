const light = `
    .page { fill: #ffffff; }
    .frame { fill: none; stroke: #9aa7b4; }
    .grid { stroke: #e3e8ec; }
    .beyond { fill: #fdf3e1; }
    .text { fill: #33414f; }
    .title { fill: #1c2a38; font-weight: bold; font-size: 15px; }
    .note { fill: #7a5310; }
    .border { stroke: #a8741a; stroke-dasharray: 2 3; }
    .ring { fill: #ffffff; }
    .measured, .extrapolated, .ring, .curve { stroke-width: 2; }
    .measured, .extrapolated, .curve { fill: none; }
    .extrapolated { stroke-dasharray: 6 4; }`;

const dark = `
      .page { fill: #0f151b; }
      .frame { stroke: #5d6b79; }
      .grid { stroke: #25303a; }
      .beyond { fill: #2a2213; }
      .text { fill: #c4d0db; }
      .title { fill: #eef3f7; }
      .note { fill: #e0b565; }
      .border { stroke: #e0b565; }
      .ring { fill: #0f151b; }`;

const lightColours = ['#12507e', '#46703a', '#a33b20', '#6d3f9c', '#7d6608'];
const darkColours = ['#74b4e6', '#8fca7d', '#f0957b', '#c39bec', '#dcc457'];

/** Classes `s0` to `s4` draw, `f0` to `f4` fill, with colours that are told apart on light and dark pages. */
export const style = `  <style>${light}${colours(lightColours, '    ')}
    @media (prefers-color-scheme: dark) {${dark}${colours(darkColours, '      ')}
    }
  </style>`;

function colours(list: readonly string[], indent: string): string {
  return list
    .map((colour, number) => `\n${indent}.s${number} { stroke: ${colour}; } .f${number} { fill: ${colour}; }`)
    .join('');
}
