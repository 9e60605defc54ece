// The few members that are read out of AWS' XML answers. They are flat texts without attributes, so a
// search is enough; what isn't found is left out.

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
const TEXT_MAX = 1000;

/** The text of the first element of a name. */
export function memberOf(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  const from = start + name.length + 2;
  const end = start === -1 ? -1 : xml.indexOf(`</${name}>`, from);
  if (end === -1) return undefined;
  return xml.slice(from, end).replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => ENTITIES[entity]!);
}

/** What an error answer says; empty texts for what isn't one. */
export function errorOf(xml: string): { code: string; message: string } {
  const short = (name: string) => (memberOf(xml, name) ?? '').slice(0, TEXT_MAX);
  return { code: short('Code'), message: short('Message') };
}
