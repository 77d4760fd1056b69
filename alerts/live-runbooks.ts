import { alertNames } from "../app/catalogue/alerts.ts";
import { indexName, renderRunbook, renderRunbookIndex } from "./runbook.ts";
import { defaultPlace, type Place } from "./runbooks/place.ts";

/** The pages for a service that runs: its addresses come to be known one after the other. */
export interface LiveRunbooks {
  /** The page of an alert, or the index; undefined for any other name. */
  render(name: string): string | undefined;
  /** From now on the pages lead there. */
  learn(place: Partial<Place>): void;
}

/** Pages that lead to the default addresses until others are learnt. */
export function createLiveRunbooks(): LiveRunbooks {
  let place = defaultPlace;
  return {
    render(name) {
      if (name === indexName) return renderRunbookIndex(place);
      const alert = alertNames.find((known) => known === name);
      return alert && renderRunbook(alert, place);
    },
    learn(learnt) {
      place = { ...place, ...learnt };
    },
  };
}
