//! The routes of all slices, put together one slice at a time.
//!
//! Descriptions of routes are most of what a start would allocate, and a server at work needs none: each slice's are dropped
//! before the next slice makes its own.

use axum::Router;
use utoipa::openapi::OpenApi;

use super::{App, Routes};

/// What becomes the API. Domains add to it.
pub struct Api {
    router: Router<App>,
    document: OpenApi,
    is_described: bool,
}

impl Api {
    /// Of routes without descriptions, for serving.
    #[must_use]
    pub fn served() -> Self {
        Self::new(false)
    }

    /// Of routes with descriptions, for the document.
    #[must_use]
    pub fn described() -> Self {
        Self::new(true)
    }

    fn new(is_described: bool) -> Self {
        let (router, document) = Routes::new().split_for_parts();
        Self {
            router,
            document,
            is_described,
        }
    }

    /// Adds the routes of one slice.
    #[must_use]
    pub fn merge(mut self, slice: Routes) -> Self {
        let (router, document) = slice.split_for_parts();
        self.router = self.router.merge(router);
        if self.is_described {
            self.document.merge(document);
        }
        self
    }

    /// The routes, and their descriptions if they were wanted.
    pub fn into_parts(self) -> (Router<App>, OpenApi) {
        (self.router, self.document)
    }
}
