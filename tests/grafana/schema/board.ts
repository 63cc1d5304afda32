// The shape of a dashboard of ours, made of Grafana's published types and of what they leave open: the query of
// InfluxDB, for which they have no type, and which options belong to which panel.
import type * as g from '@grafana/schema';
import type * as geomap from '@grafana/schema/dist/esm/raw/composable/geomap/panelcfg/x/GeomapPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as timeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as text from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';
import type * as trend from '@grafana/schema/dist/esm/raw/composable/trend/panelcfg/x/TrendPanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

// JSON has no enums: each becomes the union of what its members stand for.
type Plain<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends Array<infer U>
      ? Array<Plain<U>>
      : T extends object
        ? { [K in keyof T]: Plain<T[K]> }
        : T;

interface InfluxQuery extends g.DataQuery {
  query: string;
  rawQuery: true;
  resultFormat: 'time_series' | 'table';
  alias?: string;
}

interface InfluxNotes extends g.DataQuery {
  query: string;
  rawQuery: true;
  textEditor: true;
  fromAnnotations: true;
  textColumn: string;
  tagsColumn: string;
  titleColumn: string;
  timeEndColumn: string;
  name: string;
}

type Fields<F> = Omit<g.FieldConfigSource, 'defaults'> & {
  defaults: Omit<g.FieldConfig, 'custom'> & { custom?: Partial<F> };
};
type Of<T extends string, O, F = Record<string, never>> = Omit<g.Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
  type: T;
  options?: Partial<O>;
  fieldConfig?: Fields<F>;
  targets?: InfluxQuery[];
};
type AnyPanel =
  | Of<'geomap', geomap.Options>
  | Of<'stat', stat.Options>
  | Of<'state-timeline', timeline.Options, timeline.FieldConfig>
  | Of<'table', table.Options, table.FieldConfig>
  | Of<'text', text.Options>
  | Of<'timeseries', timeseries.Options, timeseries.FieldConfig>
  | Of<'trend', trend.Options, trend.FieldConfig>
  | Of<'alertlist', Record<string, unknown>>; // not among the published types

type Variable =
  | (Omit<g.VariableModel, 'query' | 'type'> & { type: 'query'; query: { refId: string; query: string } })
  | (Omit<g.VariableModel, 'query' | 'type'> & { type: 'custom'; query: string });

export type Board = Plain<
  Omit<g.Dashboard, 'panels' | 'annotations' | 'templating'> & {
    panels: Array<AnyPanel | g.RowPanel>;
    annotations: { list: Array<Omit<g.AnnotationQuery, 'target'> & { target: InfluxNotes }> };
    templating: { list: Variable[] };
  }
>;
