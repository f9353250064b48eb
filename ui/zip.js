/** ZIP archives of files that are compressed already: they are stored as they are. */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  }
  return value;
});

/** CRC-32 as ZIP and PNG have it. */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  }
  return (value ^ 0xffffffff) >>> 0;
}

/* Numbers of 16 and 32 bit, little end first: [[size, value], ...]. */
function pack(items) {
  const view = new DataView(new ArrayBuffer(items.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of items) {
    if (size === 2) {
      view.setUint16(at, value, true);
    } else {
      view.setUint32(at, value, true);
    }
    at += size;
  }
  return view.buffer;
}

/* Date and time as DOS had them: two seconds are the smallest step. */
function dosTime(date) {
  return [
    (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1),
    ((date.getFullYear() - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate(),
  ];
}

/** The archive as a Blob. files: [{ name, blob }], names in any language, fewer than 65,535 files
 *  and 4 GB. */
export async function zip(files) {
  const parts = [];
  const directory = [];
  const [time, day] = dosTime(new Date());
  let offset = 0;
  for (const { name, blob } of files) {
    const label = new TextEncoder().encode(name);
    const sum = crc32(new Uint8Array(await blob.arrayBuffer()));
    // Version 2.0, names in UTF-8, stored.
    const facts = [[2, 20], [2, 0x0800], [2, 0], [2, time], [2, day], [4, sum],
      [4, blob.size], [4, blob.size], [2, label.length], [2, 0]];
    parts.push(pack([[4, 0x04034b50], ...facts]), label, blob);
    directory.push(pack([[4, 0x02014b50], [2, 20], ...facts, [2, 0], [2, 0], [2, 0], [4, 0],
      [4, offset]]), label);
    offset += 30 + label.length + blob.size;
  }
  const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const end = pack([[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length],
    [4, size], [4, offset], [2, 0]]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/* What Windows and macOS take for the same name: capital or small, an accent in its letter or behind it. */
function fold(name) {
  return name.normalize("NFD").toUpperCase().toLowerCase().normalize("NFC");
}

/** Names that differ on every system: the second "a.png" becomes "a (2).png". */
export function distinct(names) {
  const taken = new Set();
  return names.map((name) => {
    let free = name;
    for (let count = 2; taken.has(fold(free)); count += 1) {
      free = name.replace(/(\.[^.]*)?$/, ` (${count})$1`);
    }
    taken.add(fold(free));
    return free;
  });
}
