/** The part of mjml 5 we use; it ships no types. */
declare module 'mjml' {
  interface Options {
    /** Web fonts to link when a stack names them; ours are the reader's own. */
    fonts: Record<string, string>;
    keepComments: boolean;
    /** `strict` throws on a tag or attribute that mjml does not know. */
    validationLevel: 'strict' | 'soft' | 'skip';
  }
  export default function mjml(source: string, options: Options): Promise<{ html: string }>;
}
