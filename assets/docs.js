// Starts Swagger UI on /api/docs. The session's cookie goes along with what is tried out.
window.SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayOperationId: true,
  tagsSorter: 'alpha',
  validatorUrl: null,
  withCredentials: true,
});
