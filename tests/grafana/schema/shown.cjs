// What a person reads in a panel, by Grafana's own package `@grafana/data`: reads [{panel, frames}] from standard input and
// writes, for each, its fields with their names and what is shown of each value: {name, values: [{text, color}]}.
globalThis.navigator ??= { languages: ['en-GB'] }; // a browser's, which date formats ask for
const data = require('@grafana/data');
const { lastValueFrom } = require('rxjs');

globalThis.window ??= globalThis; // after the packages are loaded, some of which take it for a whole browser

// What the front end registers at its start: which properties an override may set.
const standard = {
  displayName: data.displayNameOverrideProcessor,
  unit: data.unitOverrideProcessor,
  decimals: data.numberOverrideProcessor,
  min: data.numberOverrideProcessor,
  max: data.numberOverrideProcessor,
  noValue: data.stringOverrideProcessor,
  mappings: data.valueMappingsOverrideProcessor,
  thresholds: data.thresholdsOverrideProcessor,
  links: data.dataLinksOverrideProcessor,
  color: data.identityOverrideProcessor,
};
const custom = ['width', 'cellOptions', 'lineStyle', 'fillBelowTo', 'fillOpacity', 'lineWidth', 'hideFrom', 'axisPlacement',
  'align', 'wrapText', 'cellHeight', 'drawStyle'];
const registry = new data.FieldConfigOptionsRegistry();
const item = (id, path, process, isCustom) =>
  registry.register({ id, path, name: id, process, isCustom, shouldApply: () => true, override: () => null, editor: () => null });
for (const [id, process] of Object.entries(standard)) item(id, id, process, false);
for (const id of custom) item(`custom.${id}`, id, data.identityOverrideProcessor, true);
data.standardTransformersRegistry.setInit(() =>
  [...new Map(Object.values(data.standardTransformers).map((one) => [one.id, one])).values()].map((one) => ({
    id: one.id, name: one.name, transformation: async () => one, aliasIds: [],
  })));
const theme = data.createTheme();

async function shown({ panel, frames }) {
  const known = new Set([...Object.keys(standard), ...custom.map((id) => `custom.${id}`)]);
  for (const override of panel.fieldConfig.overrides)
    for (const one of override.properties) if (!known.has(one.id)) throw new Error(`${panel.title}: nobody knows ${one.id}`);
  let series = frames.map((frame) => data.dataFrameFromJSON(frame));
  if (panel.transformations?.length)
    series = await lastValueFrom(
      data.transformDataFrame(panel.transformations, series, { interpolate: (text) => text }));
  series = data.applyFieldOverrides({
    data: series, fieldConfig: panel.fieldConfig, replaceVariables: (text) => text, theme, timeZone: 'utc',
    fieldConfigRegistry: registry,
  });
  if (panel.type === 'stat')
    return data
      .getFieldDisplayValues({
        fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions, data: series, theme, timeZone: 'utc',
        replaceVariables: (text) => text,
      })
      .map(({ display, field }) => ({
        name: display.title ?? '', column: field.displayNameFromDS ?? '', raw: [display.numeric], values: [said(display)],
      }));
  return series.flatMap((frame) =>
    frame.fields.map((field) => {
      const distinct = [...new Set(field.values)].slice(0, 2000);
      // A state timeline that colours by thresholds merges what lies in one step and forgets the words of the values
      // (Grafana, public/app/core/components/TimelineChart/utils.ts, prepareTimelineFields and mergeThresholdValues).
      const by = field.config.color?.mode;
      const merged = panel.type === 'state-timeline' && field.type === 'number' && by === 'thresholds' &&
        panel.options.mergeValues !== false;
      const steps = field.config.thresholds?.steps ?? [];
      const grey = { text: `${steps[0]?.value ?? '-∞'}+`, color: steps[0] && theme.visualization.getColorByName(steps[0].color) };
      return {
        name: data.getFieldDisplayName(field, frame, series),
        column: field.config.displayNameFromDS ?? field.name,
        raw: distinct,
        values: distinct.map((value) => (merged ? grey : said(field.display(value)))),
      };
    }));
}

const said = (display) => ({ text: data.formattedValueToString(display), color: display.color });

(async () => {
  const asked = JSON.parse(require('fs').readFileSync(0, 'utf-8'));
  process.stdout.write(JSON.stringify(await Promise.all(asked.map(shown))));
})();
