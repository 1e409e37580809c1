//! How an error becomes an answer. A handler answers `Err(AppError)`; that puts the error beside a bare status, and
//! one middleware ([`render`], applied by `layers`) makes of it a page in the house look or, under `/api/`, a
//! problem as RFC 9457 has it.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::{AppError, FieldErrors, Msg};
use crate::lang::Lang;
use crate::msg;
use crate::{msg_n, tr};

/// Why a request is refused before, or instead of, any action.
#[derive(Debug)]
pub enum Refused {
    App(AppError),
    /// 405: the address knows other methods.
    MethodNotAllowed,
    /// 413: the body is longer than allowed here.
    TooLarge,
    /// 415: not the kind of body that belongs here.
    UnsupportedMediaType,
    /// 421: no host of ours.
    Misdirected,
    /// 426: this address speaks WebSocket.
    UpgradeRequired,
    /// 504 is for proxies; ours is 503: it took longer than a page may.
    TooSlow,
    /// 401: no such login, or not its password.
    SignInFailed,
    /// 409: the password is right in each of these organizations; one must be named.
    OrganizationRequired(Vec<String>),
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Refused::App(error)
    }
}

impl Refused {
    pub fn status(&self) -> StatusCode {
        match self {
            Refused::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Refused::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refused::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refused::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Refused::UpgradeRequired => StatusCode::UPGRADE_REQUIRED,
            Refused::TooSlow => StatusCode::SERVICE_UNAVAILABLE,
            Refused::SignInFailed => StatusCode::UNAUTHORIZED,
            Refused::OrganizationRequired(_) => StatusCode::CONFLICT,
            Refused::App(AppError::Conflict(message)) if message.key == super::etag::STALE => {
                StatusCode::PRECONDITION_FAILED
            }
            Refused::App(error) => match error {
                AppError::NotFound => StatusCode::NOT_FOUND,
                AppError::Forbidden(_) => StatusCode::FORBIDDEN,
                AppError::Unauthenticated => StatusCode::UNAUTHORIZED,
                AppError::Conflict(_) => StatusCode::CONFLICT,
                AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
                AppError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
                AppError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
                AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// The API's word for it (product/api.md).
    pub fn code(&self) -> &'static str {
        match self {
            Refused::MethodNotAllowed => "method_not_allowed",
            Refused::TooLarge => "too_large",
            Refused::UnsupportedMediaType => "unsupported_media_type",
            Refused::Misdirected => "misdirected",
            Refused::UpgradeRequired => "upgrade_required",
            Refused::TooSlow => "unavailable",
            Refused::SignInFailed => "unauthenticated",
            Refused::OrganizationRequired(_) => "organization_required",
            Refused::App(AppError::Conflict(message)) if message.key == super::etag::STALE => "precondition_failed",
            Refused::App(error) => match error {
                AppError::NotFound => "not_found",
                AppError::Forbidden(_) => "forbidden",
                AppError::Unauthenticated => "unauthenticated",
                AppError::Conflict(_) => "conflict",
                AppError::Invalid(_) => "validation_error",
                AppError::TooMany(_) => "rate_limited",
                AppError::Unavailable(_) => "unavailable",
                AppError::Internal(_) => "internal",
            },
        }
    }

    /// A short name of the kind, the same for every occurrence.
    pub fn title(&self) -> &'static str {
        match self {
            Refused::MethodNotAllowed => tr!("This address does not take that method"),
            Refused::TooLarge => tr!("That is too large"),
            Refused::UnsupportedMediaType => tr!("This kind of content is not taken here"),
            Refused::Misdirected => tr!("This address is not served here"),
            Refused::UpgradeRequired => tr!("This address speaks WebSocket"),
            Refused::TooSlow => tr!("It took too long"),
            Refused::SignInFailed => tr!("Sign-in failed"),
            Refused::OrganizationRequired(_) => tr!("Which organization?"),
            Refused::App(AppError::Conflict(message)) if message.key == super::etag::STALE => {
                tr!("It has changed in the meantime")
            }
            Refused::App(error) => match error {
                AppError::NotFound => tr!("There is nothing here"),
                AppError::Forbidden(_) => tr!("You may not do this"),
                AppError::Unauthenticated => tr!("Please sign in"),
                AppError::Conflict(_) => tr!("Something is in the way"),
                AppError::Invalid(_) => tr!("Something is not right yet"),
                AppError::TooMany(_) => tr!("Too many requests"),
                AppError::Unavailable(_) => tr!("Not possible right now"),
                AppError::Internal(_) => tr!("Something went wrong here"),
            },
        }
    }

    /// What happened and what to do about it, in the reader's language. Never what went wrong inside.
    pub fn detail(&self, lang: Lang) -> String {
        let text = match self {
            Refused::MethodNotAllowed => tr!("Use one of the methods that the Allow header names."),
            Refused::TooLarge => {
                tr!("Send less at once: most requests may be 1 MB, uploads as much as the settings say.")
            }
            Refused::UnsupportedMediaType => {
                tr!("Say what you send in the Content-Type header: JSON for the API, a form for pages.")
            }
            Refused::Misdirected => {
                tr!(
                    "Use the address that your administrator gave you. An administrator lists further names in the settings (hosts)."
                )
            }
            Refused::UpgradeRequired => tr!("Open it as a WebSocket; ask for the counts once at /api/v1/events/now."),
            Refused::TooSlow => tr!("It may have been done all the same. Look before you repeat it."),
            Refused::SignInFailed => tr!("The e-mail address or the password is wrong."),
            Refused::OrganizationRequired(slugs) => {
                return lang.msg(&msg!("Name one of these as organization: {0}.", slugs.join(", ")));
            }
            Refused::App(error) => match error {
                AppError::NotFound => tr!("It may have been removed, or it is not meant for you."),
                AppError::Unauthenticated => tr!("You are not signed in, or no longer."),
                AppError::Invalid(_) => tr!("Please look at the fields named below."),
                AppError::TooMany(wait) => {
                    let seconds = i64::try_from(seconds(*wait)).unwrap_or(i64::MAX);
                    let again = msg_n!(seconds, "Please try again in a second.", "Please try again in {0} seconds.");
                    return lang.msg(&again);
                }
                AppError::Internal(_) => {
                    tr!("It has been written down. If it happens again, tell your administrator the reference number.")
                }
                AppError::Forbidden(message) | AppError::Conflict(message) | AppError::Unavailable(message) => {
                    return lang.msg(message);
                }
            },
        };
        lang.text(text).to_owned()
    }
}

/// Whole seconds, rounded up: a client that comes back then is let in.
fn seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// One kind of problem, as the reference lists it.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub code: &'static str,
    pub status: u16,
    pub title: &'static str,
}

impl Refused {
    /// Every kind there is, by status.
    pub fn kinds() -> Vec<Kind> {
        let nothing = || Msg::new("");
        let all = [
            AppError::Unauthenticated.into(),
            AppError::Forbidden(nothing()).into(),
            AppError::NotFound.into(),
            Refused::MethodNotAllowed,
            AppError::Conflict(nothing()).into(),
            AppError::Conflict(Msg::new(super::etag::STALE)).into(),
            Refused::TooLarge,
            Refused::UnsupportedMediaType,
            Refused::Misdirected,
            AppError::Invalid(FieldErrors::new()).into(),
            AppError::TooMany(Duration::ZERO).into(),
            AppError::internal("").into(),
            AppError::Unavailable(nothing()).into(),
        ];
        let kind = |one: &Refused| Kind { code: one.code(), status: one.status().as_u16(), title: one.title() };
        all.iter().map(kind).collect()
    }
}

/// A refusal on its way to the middleware that shows it.
#[derive(Clone, Debug)]
pub struct Failure(pub Arc<Refused>);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Refused::App(AppError::TooMany(wait)) = &self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds(*wait)));
        }
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        Refused::App(self).into_response()
    }
}

/// One wrong field of a problem.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// Name of the field; empty where it concerns the whole input.
    #[schema(example = "end_date")]
    pub field: String,
    #[schema(example = "The last day is before the first.")]
    pub message: String,
}

/// A problem as RFC 9457 has it. OpenAPI descriptions name it as the body of every error.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// The kind, as an address within this site's reference.
    #[serde(rename = "type")]
    #[schema(example = "/api/reference#validation_error")]
    pub kind: String,
    #[schema(example = "Something is not right yet")]
    pub title: String,
    #[schema(example = 422)]
    pub status: u16,
    pub detail: String,
    /// `validation_error`, `unauthenticated`, `forbidden`, `not_found`, `conflict`, `rate_limited`, `unavailable`, `internal`…
    #[schema(example = "validation_error")]
    pub code: String,
    /// Names the request in the log.
    pub request_id: String,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
}

impl Problem {
    pub fn new(refused: &Refused, request_id: &str, lang: Lang) -> Problem {
        let errors = match refused {
            Refused::App(AppError::Invalid(errors)) => errors.0.as_slice(),
            _ => &[],
        };
        Problem {
            kind: format!("/api/reference#{}", refused.code()),
            title: lang.text(refused.title()).to_owned(),
            status: refused.status().as_u16(),
            detail: refused.detail(lang),
            code: refused.code().to_owned(),
            request_id: request_id.to_owned(),
            errors: errors
                .iter()
                .map(|(field, message)| ProblemField { field: field.to_string(), message: lang.msg(message) })
                .collect(),
        }
    }
}

/// The problems of a request that only reads, for OpenAPI: `responses((status = 200, …), ReadProblems)`.
#[derive(Clone, Copy, Debug)]
pub struct ReadProblems;

/// The problems of a request that changes something, for OpenAPI.
#[derive(Clone, Copy, Debug)]
pub struct WriteProblems;

/// The problems of a file that is taken as a whole or not at all, for OpenAPI; what is wrong within it is each import's to
/// describe.
#[derive(Clone, Copy, Debug)]
pub struct UploadProblems;

const READ: [(&str, &str); 6] = [
    ("401", "Nobody is signed in, or the token is bad"),
    ("403", "Known, but not for the caller"),
    ("404", "There is no such thing, or the caller may not know of it"),
    ("422", "A parameter is unknown or wrong"),
    ("429", "Too many requests; Retry-After says when to come back"),
    ("503", "Not possible right now"),
];

const WRITE: [(&str, &str); 9] = [
    ("401", "Nobody is signed in, or the token is bad"),
    ("403", "Known, but not for the caller"),
    ("404", "There is no such thing, or the caller may not know of it"),
    ("409", "Something is in the way, or it is no longer as the caller thinks"),
    ("412", "If-Match names an older state"),
    ("415", "Not the content type that belongs here"),
    ("422", "The input is wrong; `errors` says which fields"),
    ("429", "Too many requests; Retry-After says when to come back"),
    ("503", "Not possible right now, or too slow; what was asked may have been done all the same"),
];

const UPLOAD: [(&str, &str); 6] = [
    ("401", "Nobody is signed in, or the token is bad"),
    ("403", "Not for the caller"),
    ("413", "Larger than 16 MB"),
    ("415", "Neither a form nor CSV"),
    ("429", "Too many imports"),
    ("503", "Not possible right now"),
];

type Described = std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::response::Response>>;

fn described(problems: &[(&str, &str)]) -> Described {
    use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
    let response = |(status, why): &(&str, &str)| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(*why).content("application/problem+json", content).build();
        ((*status).to_owned(), response.into())
    };
    problems.iter().map(response).collect()
}

impl utoipa::IntoResponses for ReadProblems {
    fn responses() -> Described {
        described(&READ)
    }
}

impl utoipa::IntoResponses for WriteProblems {
    fn responses() -> Described {
        described(&WRITE)
    }
}

impl utoipa::IntoResponses for UploadProblems {
    fn responses() -> Described {
        described(&UPLOAD)
    }
}
