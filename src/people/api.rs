//! The part of the OpenAPI document that is about people and the organization.

use utoipa::OpenApi;

use super::org::{department, entity, location};
use super::{employee, holidays, import, personal, photo, schedule};

#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        employee::api::list,
        employee::api::get,
        employee::api::update,
        employee::api::remove,
        employee::api::restore,
        employee::api::reports,
        personal::api::get,
        personal::api::update,
        personal::change::api::list,
        personal::change::api::get,
        personal::change::api::withdraw,
        photo::api::get,
        photo::api::set,
        photo::api::remove,
        import::api::import,
        import::api::export,
        entity::api::list,
        entity::api::create,
        entity::api::get,
        entity::api::update,
        entity::api::impact,
        entity::api::remove,
        entity::api::restore,
        location::api::list,
        location::api::create,
        location::api::get,
        location::api::update,
        location::api::impact,
        location::api::remove,
        location::api::restore,
        department::api::list,
        department::api::create,
        department::api::get,
        department::api::update,
        department::api::impact,
        department::api::remove,
        department::api::restore,
        department::api::managers,
        department::api::add_manager,
        department::api::remove_manager,
        schedule::api::list,
        schedule::api::create,
        schedule::api::get,
        schedule::api::update,
        schedule::api::impact,
        schedule::api::remove,
        schedule::api::restore,
        holidays::api::list,
        holidays::api::create,
        holidays::api::get,
        holidays::api::update,
        holidays::api::remove,
    ),
    tags(
        (name = "employees", description = "People's records: found, entered, changed, imported and exported."),
        (name = "organization", description = "Entities, locations, departments, and when people work."),
    )
)]
pub struct Api;
