/** A roster: a CSV file with a row for each photo, whose columns may stand in the names of files. */

let table = { columns: [], rows: [] };

const plain = (text) => text.normalize("NFC").trim().toLowerCase().replace(/\.(jpe?g|png|hei[cf]|webp|avif|tiff?|bmp|gif)$/, "");

export function isRoster({ name, type }) {
  return type === "text/csv" || /\.(csv|tsv)$/i.test(name);
}

/* Old spreadsheets write what Windows wrote. */
function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/* RFC 4180, by what separates most of the first line. */
function parse(text) {
  const [first] = text.split("\n", 1);
  const count = (sign) => first.split(sign).length;
  const sign = [",", ";", "\t"].sort((a, b) => count(b) - count(a))[0];
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${sign}\\r\\n]*))(${sign}|\\r?\\n|$)`, "gy");
  const rows = [[]];
  for (let found = cell.exec(text); found && found.index < text.length; found = cell.exec(text)) {
    rows.at(-1).push((found[1]?.replace(/""/g, '"') ?? found[2]).trim());
    if (found[3] !== sign) {
      rows.push([]);
    }
  }
  return rows.filter((row) => row.some(Boolean));
}

/** Take a file. Returns its columns; none: it is no roster, and the one before stays. */
export async function takeRoster(file) {
  const [columns = [], ...rows] = parse(decode(await file.arrayBuffer()));
  if (rows.length === 0) {
    return [];
  }
  table = { columns, rows };
  return columns;
}

/** Columns that may stand in names. */
export function rosterColumns() {
  return table.columns;
}

/** The rows of photos, { column in lower case: value }, by the column that names most of them; null
 *  for a photo that no row names. */
export function rowsOf(photos) {
  const names = photos.map(({ name }) => plain(name));
  const known = table.columns.map((_, at) => new Map(table.rows.map((row) => [plain(row[at] ?? ""), row])));
  const hits = (rows) => names.filter((name) => rows.has(name)).length;
  const [best = new Map()] = known.sort((a, b) => hits(b) - hits(a));
  return names.map((name) => {
    const row = best.get(name);
    return row ? Object.fromEntries(table.columns.map((column, at) => [column.toLowerCase(), row[at] ?? ""])) : null;
  });
}
