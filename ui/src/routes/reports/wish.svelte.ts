// What somebody wants of a report, while they choose it, and what is sent of that.
import type { ReportRequest, ReportView } from '../../lib/api/types';
import { addDays, isDay, lastQuarter, monthsBefore } from '../../lib/days';
import { words } from '../../lib/i18n/words.svelte';
import type { Session } from '../../lib/session.svelte';
import { remember, remembered } from '../../lib/theme/appearance.svelte';

export const kinds = ['iec62443', 'executive', 'risk', 'extract'] as const;
export type Kind = (typeof kinds)[number];
export const sections = ['approvals', 'scope', 'levels', 'risk', 'findings', 'program', 'vendors', 'components', 'recommendations', 'comparison'] as const;
export const annexes = ['annex_assets', 'annex_findings', 'annex_controls', 'annex_answers', 'annex_evidence'] as const;
export const layers = ['ot', 'os', 'network'] as const;
/** Without one, every finding is taken. */
export const floors = ['', 'low', 'medium', 'high', 'critical'] as const;
export const formats = ['pdf', 'docx', 'html', 'xlsx', 'json', 'oscal'] as const;
type Period = { from: string; to: string };

/** The same list with a value added, or taken out when it was in it. */
export const toggled = (list: string[], value: string): string[] => (list.includes(value) ? list.filter((one) => one !== value) : [...list, value]);

/** What stays the same from report to report on this machine. */
const lasting = ['format', 'paper', 'language', 'classification', 'preparedFor', 'preparedBy'] as const;

export class Wish {
  kind = $state<Kind | null>(null);
  environments = $state<string[]>([]);
  chosen = $state<Period | null>(null);
  format = $state('pdf');
  paper = $state('a4');
  language = $state<string>(words.language);
  classification = $state('');
  preparedFor = $state('');
  preparedBy = $state('');
  without = $state<string[]>([]);
  /** A kept report's id; null: the last one before; empty: none. */
  compareWith = $state<string | null>(null);
  /** A kept scenario's name, and the names there are in all chosen environments. */
  scenario = $state('');
  scenarios = $state.raw<string[]>([]);
  floor = $state('');
  layers = $state<string[]>([]);
  vendors = $state<string[]>([]);
  #here: Session;
  #kept: () => ReportView[];

  constructor(here: Session, kept: () => ReportView[]) {
    this.#here = here;
    this.#kept = kept;
    try {
      const last = JSON.parse(remembered('report') ?? '{}') as Record<string, unknown>;
      for (const name of lasting) {
        const value = last[name];
        if (typeof value === 'string') this[name] = value;
      }
    } catch {
      // What cannot be read is as good as nothing remembered.
    }
  }
  remember() {
    remember('report', JSON.stringify(Object.fromEntries(lasting.map((name) => [name, this[name].trim()]))));
  }
  get today() {
    return this.#here.status.today;
  }
  /** OSCAL tells of assessed requirements, which only the IEC 62443 report holds. */
  get formats() {
    return formats.filter((format) => format !== 'oscal' || this.kind === 'iec62443');
  }
  get fittingFormat() {
    return (this.formats as readonly string[]).includes(this.format) ? this.format : 'pdf';
  }
  /** As in the heat map unless somebody says otherwise, so that its levels and the report's are the same. */
  get #shown(): Period {
    const levels = this.#here.levels.value;
    return levels ? { from: levels.period_from, to: levels.as_of } : { from: monthsBefore(this.today, 6), to: this.today };
  }
  get period() {
    return this.chosen ?? this.#shown;
  }
  get presets(): ({ key: string } & Period)[] {
    const [from, to] = lastQuarter(this.today);
    const last = this.#keptOfThese.map((report) => report.to).filter((day) => day < this.today).sort().at(-1);
    return [
      { key: 'shown', ...this.#shown },
      { key: 'quarter', from, to },
      { key: 'year', from: monthsBefore(this.today, 12), to: this.today },
      ...(last ? [{ key: 'since', from: addDays(last, 1), to: this.today }] : []),
    ];
  }
  /** Why the period cannot be taken. */
  get wrong(): 'date' | 'order' | 'future' | null {
    const { from, to } = this.period;
    return !isDay(from) || !isDay(to) ? 'date' : from > to ? 'order' : to > this.today ? 'future' : null;
  }
  get ready() {
    return this.kind !== null && this.environments.length > 0 && this.wrong === null;
  }
  /** Kept reports of at least one of the environments. */
  get #keptOfThese() {
    return this.#kept().filter((report) => report.environment_ids.some((id) => this.environments.includes(id)));
  }
  /** Kept reports that it can be compared with, newest first. */
  get earlier() {
    return this.#keptOfThese.filter((report) => report.to < this.period.to);
  }
  /** Another period or environment may leave the report that was named behind. */
  get fittingCompare() {
    return !this.compareWith || this.earlier.some((report) => report.id === this.compareWith) ? this.compareWith : null;
  }
  get fittingScenario() {
    return this.scenarios.includes(this.scenario) ? this.scenario : '';
  }
  get looksBack() {
    return this.kind === 'executive' || (this.kind === 'iec62443' && !this.without.includes('comparison'));
  }
  get request(): ReportRequest {
    const extract = this.kind === 'extract';
    return {
      kind: this.kind ?? 'iec62443',
      environments: [...this.environments],
      ...this.period,
      format: this.fittingFormat,
      without: this.kind === 'iec62443' ? [...sections, ...annexes].filter((part) => this.without.includes(part)) : [],
      compare_with: this.looksBack ? this.fittingCompare : null,
      floor: extract ? this.floor : '',
      layers: extract ? layers.filter((layer) => this.layers.includes(layer)) : [],
      vendors: extract ? [...this.vendors] : [],
      paper: this.paper,
      language: this.language,
      classification: this.classification.trim(),
      prepared_for: this.preparedFor.trim(),
      prepared_by: this.preparedBy.trim(),
      scenario: this.kind === 'iec62443' ? this.fittingScenario : '',
    };
  }
}
