const endings = new Set(['jpeg', 'jpg', 'png', 'webp', 'gif', 'tiff', 'tif', 'bmp', 'ico', 'avif']);

/** Whether a file's name says that it is a picture of a format that is read. */
export function hasPictureEnding(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot >= 0 && endings.has(name.slice(dot + 1).toLowerCase());
}
