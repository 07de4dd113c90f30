//! The routes of a slice. What describes them is code that runs when somebody asks for the document: descriptions are most of what a
//! start would do and allocate, and a server at work needs none.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, Route};
use tower::{Layer, Service};
use utoipa::openapi::{HttpMethod, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use super::App;

/// Makes the description of one path.
type Describe = fn() -> OpenApiRouter<App>;

/// Routes, and how each is described.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    described: Vec<Describe>,
}

impl Routes {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the handlers of one path, from [`routes!`](crate::routes).
    #[must_use]
    pub fn routes(mut self, handlers: Handlers) -> Self {
        self.router = self.router.route(&handlers.path, handlers.methods);
        self.described.push(handlers.describe);
        self
    }

    /// Adds other routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.described.extend(other.described);
        self
    }

    /// Puts a layer around all that are there.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.router = self.router.layer(layer);
        self
    }

    /// To be served.
    pub fn into_router(self) -> Router<App> {
        self.router
    }

    /// What they are, for the document.
    #[must_use]
    pub fn describe(&self) -> OpenApi {
        let described = self.described.iter().map(|describe| describe().into_openapi());
        described.fold(OpenApiRouter::<App>::new().into_openapi(), |mut whole, one| {
            whole.merge(one);
            whole
        })
    }
}

/// The handlers of one path, by method.
pub struct Handlers {
    path: String,
    methods: MethodRouter<App>,
    describe: Describe,
}

impl Handlers {
    /// None yet; `describe` has all of them.
    #[must_use]
    pub fn described(describe: Describe) -> Self {
        Self {
            path: String::new(),
            methods: MethodRouter::new(),
            describe,
        }
    }

    /// Adds one: `P` is what `#[utoipa::path]` makes beside it.
    #[must_use]
    pub fn on<P, H, T>(mut self, _: P, handler: H) -> Self
    where
        P: utoipa::Path,
        H: Handler<T, App>,
        T: 'static,
    {
        self.path = P::path();
        for method in P::methods() {
            self.methods = self.methods.on(filter(&method), handler.clone());
        }
        self
    }

    /// Adds one for all other methods; nothing describes it.
    #[must_use]
    pub fn fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.methods = self.methods.fallback(handler);
        self
    }
}

const fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}

/// The handlers of one path, each a function with `#[utoipa::path]`, by its name or its module's and its own:
/// `routes!(list_plans, single::create_plan)`.
#[macro_export]
macro_rules! routes {
    ($($first:ident $(:: $last:ident)?),+ $(,)?) => {{
        let handlers = $crate::http::Handlers::described(|| {
            ::utoipa_axum::router::OpenApiRouter::new().routes(::utoipa_axum::routes!($($first $(:: $last)?),+))
        });
        $(let handlers = handlers.on($crate::routes!(@path $first $(:: $last)?), $first $(:: $last)?);)+
        handlers
    }};
    (@path $handler:ident) => { ::utoipa_axum::paste!([<__path_ $handler>]) };
    (@path $module:ident :: $handler:ident) => { ::utoipa_axum::paste!($module::[<__path_ $handler>]) };
}
