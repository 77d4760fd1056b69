import type {
  AgeCondition,
  Condition,
  IncreaseCondition,
  MeanCondition,
  QuantileCondition,
  StateCondition,
  ValueCondition,
} from "../app/catalogue/conditions.ts";
import { rateWindowSeconds } from "../app/catalogue/scrape.ts";
import * as promql from "../app/telemetry/promql.ts";

/** The value that a condition looks at, and how it is compared. */
export interface Measured {
  readonly value: promql.Promql;
  readonly operator: ">" | "<" | "==";
  readonly threshold: number;
  /** How far the value looks back; 0 for what is so now. */
  readonly windowSeconds: number;
}

const now = { windowSeconds: 0 } as const;
const overWindow = { operator: ">", windowSeconds: rateWindowSeconds } as const;

function measureValue<M extends ValueCondition["metric"]>(condition: ValueCondition<M>): Measured {
  const { metric, where, by, above, below } = condition;
  const value = promql.level(metric, { where, by });
  return above === undefined
    ? { value, operator: "<", threshold: below, ...now }
    : { value, operator: ">", threshold: above, ...now };
}

function measureState<M extends StateCondition["metric"]>({ metric, where, by, is }: StateCondition<M>): Measured {
  return { value: promql.level(metric, { where, by }), operator: "==", threshold: is, ...now };
}

function measureAge<M extends AgeCondition["metric"]>({ metric, where, by, above }: AgeCondition<M>): Measured {
  return { value: promql.age(metric, { where, by }), operator: ">", threshold: above, ...now };
}

function measureQuantile<M extends QuantileCondition["metric"]>(condition: QuantileCondition<M>): Measured {
  const { metric, quantile, where, by, above } = condition;
  const value = promql.quantile(quantile, metric, rateWindowSeconds, { where, by });
  return { value, threshold: above, ...overWindow };
}

function measureMean<M extends MeanCondition["metric"]>({ metric, where, by, above }: MeanCondition<M>): Measured {
  return { value: promql.mean(metric, rateWindowSeconds, { where, by }), threshold: above, ...overWindow };
}

function measureIncrease<M extends IncreaseCondition["metric"]>(condition: IncreaseCondition<M>): Measured {
  const { metric, where, by, above, overSeconds: windowSeconds = rateWindowSeconds } = condition;
  const value = promql.increase(metric, windowSeconds, { where, by });
  return { value, operator: ">", threshold: above, windowSeconds };
}

/** Puts together what a condition asks Prometheus for. */
export function measure(condition: Condition): Measured {
  if ("always" in condition) return { value: promql.always, operator: ">", threshold: 0, ...now };
  if ("is" in condition) return measureState<StateCondition["metric"]>(condition);
  if ("age" in condition) return measureAge<AgeCondition["metric"]>(condition);
  if ("quantile" in condition) return measureQuantile<QuantileCondition["metric"]>(condition);
  if ("mean" in condition) return measureMean<MeanCondition["metric"]>(condition);
  if ("increase" in condition) return measureIncrease<IncreaseCondition["metric"]>(condition);
  return measureValue<ValueCondition["metric"]>(condition);
}
