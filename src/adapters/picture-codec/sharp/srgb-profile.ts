/** Columns of sRGB's matrix, adapted to D50 as every ICC profile has them. */
const srgbPrimaries: Readonly<Record<string, readonly [number, number, number]>> = {
  rXYZ: [0.436, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
};
const tolerance = 0.004;
const headerBytes = 128;
const entryBytes = 12;

/**
 * Whether an ICC profile has the primaries of sRGB, under whatever name. Its conversion would change next to nothing
 * and takes several times as long as the decoding.
 */
export function isSrgbProfile(profile: Uint8Array): boolean {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  if (view.byteLength < headerBytes + 4) return false;
  const tags = Math.min(
    view.getUint32(headerBytes),
    Math.floor((view.byteLength - headerBytes - 4) / entryBytes),
  );
  const fitting = new Set<string>();
  for (let tag = 0; tag < tags; tag++) {
    const at = headerBytes + 4 + tag * entryBytes;
    const name = String.fromCharCode(...profile.subarray(at, at + 4));
    const expected = srgbPrimaries[name];
    if (expected && fits(view, view.getUint32(at + 4), expected)) fitting.add(name);
  }
  return fitting.size === Object.keys(srgbPrimaries).length;
}

function fits(view: DataView, at: number, expected: readonly number[]): boolean {
  if (at + 20 > view.byteLength) return false;
  return expected.every((value, i) => Math.abs(view.getInt32(at + 8 + 4 * i) / 65536 - value) <= tolerance);
}
