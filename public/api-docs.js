// Starts the API reference on the element #api-docs: data-openapi is the address of the OpenAPI document.
(() => {
  "use strict";
  const place = document.getElementById("api-docs");
  if (!place) return;
  window.SwaggerUIBundle({
    url: place.dataset.openapi,
    domNode: place,
    deepLinking: true,
    // The validator badge would send the document's address to a third party.
    validatorUrl: null,
    persistAuthorization: false,
  });
})();
