import { IncomingMessage, type ServerOptions, ServerResponse } from "node:http";
import type { Express } from "express";

type Messages = Required<Pick<ServerOptions, "IncomingMessage" | "ServerResponse">>;

/** A constructor that makes what `Base` makes, with that very prototype: a class would have one of its own. */
function withPrototype<C extends typeof IncomingMessage | typeof ServerResponse>(Base: C, prototype: object): C {
  function Made(...args: unknown[]): object {
    return Reflect.construct(Base, args, Made);
  }
  Made.prototype = prototype;
  return Made as unknown as C;
}

/**
 * The requests and responses of an Express app, for Node to make them as Express wants them. Otherwise Express changes the
 * prototypes of both when it comes to a request, and V8 has to find their shapes anew each time: that costs more than
 * the telemetry of a request does.
 *
 * @example
 * createServer(expressMessages(app), instrumentApp(app, observability)).listen(3000);
 */
export function expressMessages({ request, response }: Express): Messages {
  return {
    IncomingMessage: withPrototype(IncomingMessage, request),
    ServerResponse: withPrototype(ServerResponse, response),
  };
}
