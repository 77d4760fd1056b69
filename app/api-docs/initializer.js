// Runs in the reader's browser, beside swagger-ui-bundle.js.
const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

const swagger = /** @type {typeof globalThis & { SwaggerUIBundle(options: object): void }} */ (globalThis);
swagger.SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  displayRequestDuration: true,
  // The budgets and frequencies.
  showExtensions: true,
  tryItOutEnabled: true,
  // A key is forgotten with the page.
  persistAuthorization: false,
  // Nobody outside is told of the document.
  validatorUrl: null,
});
