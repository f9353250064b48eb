// Requests are tried where this page lies: there may be a prefix before it.
fetch("openapi.json").then((answer) => answer.json()).then((spec) => {
    const root = new URL(".", location).pathname;
    window.ui = SwaggerUIBundle({
        spec: root === "/" ? spec : { ...spec, servers: [{ url: root }] },
        dom_id: "#swagger-ui",
        deepLinking: true,
        validatorUrl: null
    });
});
