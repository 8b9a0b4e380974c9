// The API reference, written from the docstrings into docs/api (which is not committed: it would be stale after every change).
//   npm ci --prefix scripts/api && npm run docs:api [-- another folder]
// The entries and their types are those of package.json, as users have them. Fails where a public thing has no docstring or a link
// leads nowhere.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Application, Converter, ReflectionKind } from 'typedoc';

const ROOT = new URL('../../', import.meta.url);
const path = (name) => fileURLToPath(new URL(name, ROOT));
const { exports, version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
const entries = Object.entries(exports).filter(
  ([name, { default: code }]) => code?.endsWith('.js') && name !== './package.json',
);

const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: entries.map(([, { types }]) => path(types)),
  tsconfig: fileURLToPath(new URL('tsconfig.json', import.meta.url)),
  name: `Gatewise ${version}`,
  readme: 'none',
  out: process.argv[2] ?? path('docs/api'),
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  treatValidationWarningsAsErrors: true,
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  router: 'module',
  hidePageHeader: true,
  preservedTypeAnnotationTags: ['@throws'],
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
});
// By the names that users import, instead of the files' names.
app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, reflection) => {
  if (!reflection.kindOf(ReflectionKind.Module)) return;
  const files = [`./dist/${reflection.name}.d.ts`, `./dist/${reflection.name}/index.d.ts`];
  const [name] = entries.find(([, { types }]) => files.includes(types)) ?? [];
  if (name === undefined) throw new Error(`no entry of package.json has the types of ${reflection.name}`);
  reflection.name = `gatewise${name.slice(1)}`;
});
// `@throws {InputError} …`: the error's name is kept apart from the text, and not written.
app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
  for (const { comment } of Object.values(project.reflections)) {
    for (const { tag, typeAnnotation, content } of comment?.blockTags ?? []) {
      if (tag !== '@throws' || typeAnnotation === undefined) continue;
      content.unshift(
        { kind: 'code', text: `\`${typeAnnotation.replace(/[{}]/g, '')}\`` },
        { kind: 'text', text: ' ' },
      );
    }
  }
});
const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
// Everything that runs; types tell most themselves.
const { Class, Function: Functions, Method, Variable } = ReflectionKind;
for (const reflection of project.getReflectionsByKind(Class | Functions | Method | Variable)) {
  if (!reflection.parent.kindOf(ReflectionKind.Module | Class)) continue;
  const documented = [reflection, ...(reflection.signatures ?? [])].some((one) => one.hasComment());
  if (!documented) app.logger.warn(`${reflection.getFullName()} has no docstring`);
}
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
