// Large rule files in pieces of one group each, so that reading one never takes long at a stretch.
//
// A file in block style is `groups:` and under it items of one indentation, each beginning with `- `. Whatever an
// item contains is indented further, so that lines of that form are borders and nothing else. Files of other
// forms, and those with anchors, are not parted.

/** Below this a file is read at once. */
const LARGE_CHARACTERS = 32_768;
const HEAD = /^(?:[ \t]*(?:#[^\n]*)?\n)*groups:[ \t]*\n/;
/** What could be an anchor, an alias or a merge, or make the rest another document. */
const REFERENCES = /(?:^|[\s[{,:-])[&*][A-Za-z0-9_]|<<|^(?:---|\.\.\.)/m;

/** Texts of rule files whose groups together are those of the file; undefined when it can't be parted. */
export function fileChunks(text: string): string[] | undefined {
  if (text.length < LARGE_CHARACTERS || REFERENCES.test(text) || text.includes('\t')) return undefined;
  const head = HEAD.exec(text);
  if (head === null) return undefined;
  const body = text.slice(head[0].length);
  const indent = /^(?:[ ]*(?:#[^\n]*)?\n)*([ ]*)- /.exec(body)?.[1];
  if (indent === undefined) return undefined;
  const chunks: string[] = [];
  let chunk = '';
  let hasItem = false;
  for (const line of body.split('\n')) {
    const isBlank = /^ *(?:#.*)?$/.test(line);
    const isItem = line.startsWith(`${indent}- `);
    if (!isItem && !isBlank && !line.startsWith(`${indent} `)) return undefined;
    if (isItem && hasItem) {
      chunks.push(`groups:\n${chunk}`);
      chunk = '';
    }
    hasItem ||= isItem;
    chunk += `${line}\n`;
  }
  return [...chunks, `groups:\n${chunk}`];
}
