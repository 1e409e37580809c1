//! Every URL of the program, in one file, grouped by audience.
//!
//! [`Routes`] adds a handler to axum and writes the route down beside it, so that tests can compare the list with
//! the OpenAPI document and with the reviewed table of who may do what.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

use crate::appliance::App;
use crate::web::{self, Json};
use crate::{
    admin, audit, auth, calendar, home, inbox, leave, live, notifications, onboarding, openapi, overtime, people,
};

/// For whom a route is. The extractor and the action decide; this is what the table of routes says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Nobody needs to be signed in.
    Anyone,
    /// Signed in, new hires before their first day included.
    Hire,
    Staff,
    Manager,
    Hr,
    HrOrAdmin,
    Admin,
}

/// One row of the table of routes.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub audience: Audience,
}

/// Builds axum's router and the list of its routes together.
#[expect(missing_debug_implementations, reason = "axum's router has nothing to show")]
pub struct Routes {
    router: Router<App>,
    list: Vec<Route>,
    audience: Audience,
}

impl Routes {
    fn new() -> Self {
        Routes { router: Router::new(), list: Vec::new(), audience: Audience::Anyone }
    }

    /// What follows is for this audience.
    fn for_(&mut self, audience: Audience) {
        self.audience = audience;
    }

    fn add<H, T>(&mut self, method: Method, filter: MethodFilter, path: &'static str, handler: H)
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.router = std::mem::take(&mut self.router).route(path, on(filter, handler));
        self.list.push(Route { method, path, audience: self.audience });
    }

    fn get<H: Handler<T, App>, T: 'static>(&mut self, path: &'static str, handler: H) {
        self.add(Method::GET, MethodFilter::GET, path, handler);
    }

    fn post<H: Handler<T, App>, T: 'static>(&mut self, path: &'static str, handler: H) {
        self.add(Method::POST, MethodFilter::POST, path, handler);
    }

    fn put<H: Handler<T, App>, T: 'static>(&mut self, path: &'static str, handler: H) {
        self.add(Method::PUT, MethodFilter::PUT, path, handler);
    }

    fn patch<H: Handler<T, App>, T: 'static>(&mut self, path: &'static str, handler: H) {
        self.add(Method::PATCH, MethodFilter::PATCH, path, handler);
    }

    fn delete<H: Handler<T, App>, T: 'static>(&mut self, path: &'static str, handler: H) {
        self.add(Method::DELETE, MethodFilter::DELETE, path, handler);
    }

    /// The router, and the list of its routes.
    pub fn finish(self) -> (Router<App>, Vec<Route>) {
        (self.router, self.list)
    }
}

/// The table.
pub fn routes() -> Routes {
    let mut t = Routes::new();
    let rooms = [
        anyone,
        hire,
        staff,
        manager,
        hr,
        admin,
        onboarding_routes,
        personal_routes,
        chain_routes,
        leave_limits,
        leave_shutdowns,
        live_routes,
        seeing,
        books_routes,
    ];
    for group in rooms {
        group(&mut t);
    }
    t
}

/// Who is entitled to what leave, and what is on the books; HR's.
fn books_routes(t: &mut Routes) {
    t.for_(Audience::Hr);
    t.get("/leave/policies", leave::policy::pages::index);
    t.get("/leave/policies/new", leave::policy::pages::new);
    t.post("/leave/policies/new", leave::policy::pages::create);
    t.post("/leave/policies/presets/{name}", leave::policy::pages::preset);
    t.get("/leave/policies/{id}", leave::policy::pages::edit);
    t.post("/leave/policies/{id}", leave::policy::pages::update);
    t.post("/leave/policies/{id}/remove", leave::policy::pages::remove);
    t.get("/leave/policies/{id}/people", leave::policy::pages::people);
    t.get("/leave/year-change", leave::year_change::pages::show);
    t.post("/leave/year-change", leave::year_change::pages::run);
    t.get("/leave/year-change/file", leave::year_change::pages::file);
    t.get("/leave/liability", leave::liability::pages::show);
    t.get("/leave/liability/file", leave::liability::api::file);
    t.get("/leave/import", leave::import::pages::choose);
    t.get("/leave/import/{what}", leave::import::pages::show);
    t.post("/leave/import/{what}", leave::import::pages::receive);
    t.get("/leave/import/{what}/{draft}", leave::import::pages::tried);
    t.post("/leave/import/{what}/{draft}", leave::import::pages::take);
    t.get("/api/v1/leave/policies", leave::policy::api::list);
    t.post("/api/v1/leave/policies", leave::policy::api::create);
    t.post("/api/v1/leave/policies/presets/{name}", leave::policy::api::preset);
    t.get("/api/v1/leave/policies/{id}", leave::policy::api::get);
    t.patch("/api/v1/leave/policies/{id}", leave::policy::api::update);
    t.delete("/api/v1/leave/policies/{id}", leave::policy::api::remove);
    t.get("/api/v1/leave/policies/{id}/people", leave::policy::api::holders);
    t.post("/api/v1/leave/year-change", leave::year_change::api::change);
    t.post("/api/v1/leave/balances/encash", leave::ledger::api::encash);
    t.post("/api/v1/leave/balances/import", leave::import::api::balances);
    t.post("/api/v1/leave/requests/import", leave::import::api::requests);
    t.get("/api/v1/leave/liability", leave::liability::api::list);
    t.get("/api/v1/leave/liability/export", leave::liability::api::export);
}

/// The socket asks whose it is by itself: the first message may say so.
fn live_routes(t: &mut Routes) {
    t.for_(Audience::Anyone);
    t.get("/api/v1/events", live::api::events);
    t.for_(Audience::Hire);
    t.get("/api/v1/events/now", live::api::now);
}

fn anyone(t: &mut Routes) {
    t.for_(Audience::Anyone);
    t.get("/livez", admin::health::livez);
    t.get("/readyz", admin::health::readyz);
    t.get("/api/health", admin::health::health);
    t.get("/api/v1/openapi.json", async || Json(openapi::document()));
    t.get("/api/docs", web::docs::swagger);
    t.get("/api/docs/{file}", web::docs::swagger_file);
    t.get("/api/reference", async |visit: web::Visit| web::docs::reference(&visit, openapi::document()));
    t.get("/api/redoc", web::docs::redoc);
    t.get("/assets/{fingerprint}/{*name}", web::assets::serve);
    t.get("/manifest.webmanifest", web::public::manifest);
    t.get("/sw.js", web::public::service_worker);
    t.get("/offline", web::public::offline);
    t.get("/favicon.ico", web::public::favicon);
    t.post("/preferences", web::public::preferences);
    t.get("/sign-in", auth::sign_in::pages::show);
    t.post("/sign-in", auth::sign_in::pages::submit);
    t.post("/sign-in/organization", auth::sign_in::pages::choose);
    t.get("/forgot-password", auth::links::pages::forgot);
    t.post("/forgot-password", auth::links::pages::ask);
    t.get("/first-time", auth::links::pages::first_time);
    t.post("/first-time", auth::first_time::pages::redeem);
    t.get("/activate/{token}", auth::links::pages::activate);
    t.post("/activate/{token}", auth::links::pages::activated);
    t.get("/reset-password/{token}", auth::links::pages::reset);
    t.post("/reset-password/{token}", auth::links::pages::was_reset);
    t.get("/decide/{token}", inbox::by_mail::show);
    t.post("/decide/{token}", inbox::by_mail::act);
    t.get("/set-up/{token}", auth::setup::pages::show);
    t.post("/set-up/{token}", auth::setup::pages::submit);
    t.post("/api/v1/auth/login", auth::sign_in::api::login);
    t.post("/api/v1/auth/refresh", auth::sign_in::api::refresh);
    t.post("/api/v1/auth/forgot-password", auth::links::api::forgot_password);
    t.post("/api/v1/auth/reset-password", auth::links::api::reset_password);
    t.post("/api/v1/auth/activate", auth::links::api::activate);
}

fn hire(t: &mut Routes) {
    t.for_(Audience::Hire);
    t.get("/", home::pages::index);
    t.post("/sign-out", auth::sign_in::pages::leave);
    t.get("/account", auth::account::pages::show);
    t.post("/account/password", auth::account::pages::password);
    t.post("/account/look", auth::account::pages::look);
    t.post("/account/sessions/end-others", auth::account::pages::end_others);
    t.post("/account/sessions/{id}/end", auth::account::pages::end_session);
    t.post("/account/tokens", auth::account::pages::create_token);
    t.post("/account/tokens/{id}/revoke", auth::account::pages::revoke_token);
    t.post("/api/v1/auth/logout", auth::sign_in::api::logout);
    t.get("/api/v1/auth/me", auth::sign_in::api::me);
    t.post("/api/v1/auth/change-password", auth::account::api::change_password);
    t.get("/api/v1/auth/sessions", auth::account::api::sessions);
    t.delete("/api/v1/auth/sessions/{id}", auth::account::api::revoke);
    t.get("/api/v1/auth/tokens", auth::personal::api::list);
    t.post("/api/v1/auth/tokens", auth::personal::api::create);
    t.delete("/api/v1/auth/tokens/{id}", auth::personal::api::revoke);
    t.get("/notices", notifications::pages::index);
    t.post("/notices/read-all", notifications::pages::read_all);
    t.post("/notices/{id}/read", notifications::pages::read);
    t.get("/notices/preferences", notifications::pages::preferences);
    t.post("/notices/preferences", notifications::pages::set_preferences);
    t.get("/api/v1/notifications", notifications::api::list);
    t.get("/api/v1/notifications/unread-count", notifications::api::unread_count);
    t.patch("/api/v1/notifications/{id}/read", notifications::api::read);
    t.post("/api/v1/notifications/read-all", notifications::api::read_all);
    t.get("/api/v1/notifications/preferences", notifications::api::preferences);
    t.put("/api/v1/notifications/preferences", notifications::api::set_preferences);
}

fn staff(t: &mut Routes) {
    t.for_(Audience::Staff);
    leave_of_staff(t);
    leave_papers(t);
    people_of_staff(t);
    overtime_of_staff(t);
}

/// Papers on requests for leave.
fn leave_papers(t: &mut Routes) {
    use leave::papers::{api, pages};
    t.post("/leave/requests/{id}/documents", pages::add);
    t.get("/leave/requests/{id}/documents/{document_id}", api::get);
    t.post("/leave/requests/{id}/documents/{document_id}/remove", pages::remove);
    t.post("/api/v1/leave/documents", api::upload);
    t.get("/api/v1/leave/requests/{id}/documents", api::list);
    t.post("/api/v1/leave/requests/{id}/documents", api::add);
    t.get("/api/v1/leave/requests/{id}/documents/{document_id}", api::get);
    t.delete("/api/v1/leave/requests/{id}/documents/{document_id}", api::remove);
}

fn leave_of_staff(t: &mut Routes) {
    t.get("/leave", leave::pages::index);
    t.get("/leave/new", leave::request::pages::new);
    t.post("/leave/new", leave::request::pages::submit);
    t.post("/leave/preview", leave::request::pages::preview);
    t.get("/leave/requests/{id}", leave::request::show::show);
    t.get("/leave/requests/{id}/edit", leave::request::pages::edit);
    t.post("/leave/requests/{id}/edit", leave::request::pages::amend);
    t.get("/leave/requests/{id}/{act}", leave::request::show::ask);
    t.post("/leave/requests/{id}/{act}", leave::request::show::act);
    t.get("/leave/balance", leave::ledger::pages::show);
    t.get("/calendar", calendar::pages::index);
    t.get("/api/v1/leave/requests", leave::request::api::list);
    t.post("/api/v1/leave/requests", leave::request::api::create);
    t.get("/api/v1/leave/requests/my", leave::request::api::my);
    t.post("/api/v1/leave/requests/preview", leave::request::api::preview);
    t.get("/api/v1/leave/requests/{id}", leave::request::api::get);
    t.patch("/api/v1/leave/requests/{id}", leave::request::api::update);
    t.delete("/api/v1/leave/requests/{id}", leave::request::api::remove);
    t.post("/api/v1/leave/requests/{id}/approve", leave::request::api::approve);
    t.post("/api/v1/leave/requests/{id}/reject", leave::request::api::reject);
    t.post("/api/v1/leave/requests/{id}/clarify", leave::request::api::clarify);
    t.post("/api/v1/leave/requests/{id}/cancel", leave::request::api::cancel);
    t.post("/api/v1/leave/requests/{id}/revoke", leave::request::api::revoke);
    t.post("/api/v1/leave/requests/{id}/return", leave::request::api::return_early);
    t.get("/api/v1/leave/balances", leave::ledger::api::balances);
    t.get("/api/v1/leave/ledger", leave::ledger::api::ledger);
    t.get("/api/v1/leave/calendar", calendar::api::calendar);
    t.get("/api/v1/leave/types", leave::types::api::list);
    t.get("/api/v1/leave/types/{id}", leave::types::api::get);
    t.get("/inbox", inbox::pages::index);
    t.post("/inbox", inbox::pages::press);
    t.get("/inbox/decided", inbox::pages::decided);
    t.get("/inbox/{id}/approve", inbox::pages::approve_page);
    t.post("/inbox/approve", inbox::pages::approve);
    t.get("/inbox/{id}/reject", inbox::pages::reject_page);
    t.get("/inbox/{id}/ask", inbox::pages::ask_page);
    t.post("/inbox/reject", inbox::pages::reject);
    t.post("/inbox/ask", inbox::pages::ask);
    t.get("/api/v1/approvals/pending", inbox::api::pending);
    t.get("/api/v1/approvals/history", inbox::api::history);
    t.post("/api/v1/approvals/bulk", inbox::api::bulk);
    t.post("/api/v1/approvals/{id}/approve", inbox::api::approve);
    t.post("/api/v1/approvals/{id}/reject", inbox::api::reject);
    t.post("/api/v1/approvals/{id}/clarify", inbox::api::clarify);
}

fn people_of_staff(t: &mut Routes) {
    t.get("/people", people::directory::pages::index);
    t.get("/people/{id}", people::employee::show::show);
    t.get("/people/chart", people::chart::pages::show);
    t.get("/people/{id}/history", people::employee::changes::pages::show);
    t.get("/people/organization", people::org::pages::index);
    t.get("/people/holidays", people::holidays::pages::index);
    t.get("/api/v1/employees", people::employee::api::list);
    t.get("/api/v1/employees/chart", people::chart::api::chart);
    t.get("/api/v1/employees/{id}", people::employee::api::get);
    t.get("/api/v1/employees/{id}/reports", people::employee::api::reports);
    t.get("/api/v1/settings", admin::settings::api::get);
    t.get("/api/v1/employees/{id}/history", people::employee::changes::api::history);
    t.get("/api/v1/employee-fields", people::custom::api::list);
    t.get("/api/v1/employee-fields/{id}", people::custom::api::get);
    t.get("/api/v1/entities", people::org::entity::api::list);
    t.get("/api/v1/entities/{id}", people::org::entity::api::get);
    t.get("/api/v1/locations", people::org::location::api::list);
    t.get("/api/v1/locations/{id}", people::org::location::api::get);
    t.get("/api/v1/departments", people::org::department::api::list);
    t.get("/api/v1/departments/{id}", people::org::department::api::get);
    t.get("/api/v1/departments/{id}/managers", people::org::department::api::managers);
    t.get("/api/v1/schedules", people::schedule::api::list);
    t.get("/api/v1/schedules/{id}", people::schedule::api::get);
    t.get("/people/{id}/schedule", people::schedule::days::pages::show);
    t.get("/api/v1/employees/{id}/schedule", people::schedule::days::api::list);
    t.get("/api/v1/leave/holidays/countries", people::holidays::import::api::countries);
    t.get("/api/v1/leave/holidays", people::holidays::api::list);
    t.get("/api/v1/leave/holidays/{id}", people::holidays::api::get);
}

fn own_fields_of_hr(t: &mut Routes) {
    t.get("/people/fields", people::custom::pages::index);
    t.get("/people/fields/new", people::custom::pages::new);
    t.post("/people/fields/new", people::custom::pages::create);
    t.get("/people/fields/{id}", people::custom::pages::edit);
    t.post("/people/fields/{id}", people::custom::pages::update);
    t.post("/people/fields/{id}/retire", people::custom::pages::retire);
    t.post("/people/fields/{id}/restore", people::custom::pages::restore);
    t.post("/api/v1/employee-fields", people::custom::api::create);
    t.patch("/api/v1/employee-fields/{id}", people::custom::api::update);
    t.delete("/api/v1/employee-fields/{id}", people::custom::api::retire);
    t.post("/api/v1/employee-fields/{id}/restore", people::custom::api::restore);
}

fn people_pages_of_hr(t: &mut Routes) {
    t.post("/people/{id}/changes/{effective_on}/take-back", people::employee::changes::pages::take_back);
    t.get("/people/new", people::employee::pages::new);
    t.post("/people/new", people::employee::pages::create);
    t.get("/people/{id}/edit", people::employee::pages::edit);
    t.post("/people/{id}/edit", people::employee::pages::update);
    t.get("/people/{id}/deactivate", people::employee::pages::ask);
    t.post("/people/{id}/deactivate", people::employee::pages::deactivate);
    t.post("/people/{id}/restore", people::employee::pages::restore);
    t.post("/people/{id}/invite", people::employee::login::send);
    t.get("/people/{id}/weeks/new", people::schedule::pages::new);
    t.post("/people/{id}/weeks/new", people::schedule::pages::create);
    t.get("/people/{id}/weeks/{week_id}", people::schedule::pages::edit);
    t.post("/people/{id}/weeks/{week_id}", people::schedule::pages::update);
    t.post("/people/{id}/weeks/{week_id}/remove", people::schedule::pages::remove);
    t.post("/people/{id}/weeks/{week_id}/restore", people::schedule::pages::restore);
    t.get("/people/export", people::import::api::export);
    t.get("/people/import", people::import::pages::show);
    t.post("/people/import", people::import::pages::receive);
    t.get("/people/import/{draft}", people::import::pages::tried);
    t.post("/people/import/{draft}", people::import::pages::take);
    t.get("/people/organization/entities/new", people::org::entity::pages::new);
    t.post("/people/organization/entities/new", people::org::entity::pages::create);
    t.get("/people/organization/entities/{id}", people::org::entity::pages::edit);
    t.post("/people/organization/entities/{id}", people::org::entity::pages::update);
    t.get("/people/organization/locations/new", people::org::location::pages::new);
    t.post("/people/organization/locations/new", people::org::location::pages::create);
    t.get("/people/organization/locations/{id}", people::org::location::pages::edit);
    t.post("/people/organization/locations/{id}", people::org::location::pages::update);
    t.get("/people/organization/departments/new", people::org::department::pages::new);
    t.post("/people/organization/departments/new", people::org::department::pages::create);
    t.get("/people/organization/departments/{id}", people::org::department::pages::edit);
    t.post("/people/organization/departments/{id}", people::org::department::pages::update);
    t.post("/people/organization/departments/{id}/managers", people::org::department::pages::add_manager);
    t.post(
        "/people/organization/departments/{id}/managers/{employee_id}/remove",
        people::org::department::pages::remove_manager,
    );
    t.get("/people/organization/groups/new", people::groups::pages::new);
    t.post("/people/organization/groups/new", people::groups::pages::create);
    t.get("/people/organization/groups/{id}", people::groups::pages::edit);
    t.post("/people/organization/groups/{id}", people::groups::pages::update);
    t.post("/people/organization/groups/{id}/members", people::groups::pages::add_member);
    t.post("/people/organization/groups/{id}/members/{employee_id}/remove", people::groups::pages::remove_member);
    t.get("/people/organization/groups/{id}/dissolve", people::groups::pages::ask);
    t.post("/people/organization/groups/{id}/dissolve", people::groups::pages::dissolve);
    t.get("/people/organization/{kind}/{id}/deactivate", people::org::pages::ask);
    t.post("/people/organization/{kind}/{id}/deactivate", people::org::pages::deactivate);
    t.post("/people/organization/{kind}/{id}/restore", people::org::pages::restore);
    t.get("/people/holidays/new", people::holidays::pages::new);
    t.post("/people/holidays/new", people::holidays::pages::create);
    t.get("/people/holidays/{id}", people::holidays::pages::edit);
    t.post("/people/holidays/{id}", people::holidays::pages::update);
    t.post("/people/holidays/{id}/remove", people::holidays::pages::remove);
}

/// Templates of working patterns, hours for a while, the country packs.
fn working_time_of_hr(t: &mut Routes) {
    use people::holidays::import;
    use people::schedule::{overlays, templates};
    t.get("/people/schedules", templates::pages::index);
    t.get("/people/schedules/templates/new", templates::pages::new);
    t.post("/people/schedules/templates/new", templates::pages::create);
    t.get("/people/schedules/templates/{id}", templates::pages::edit);
    t.post("/people/schedules/templates/{id}", templates::pages::update);
    t.post("/people/schedules/templates/{id}/apply", templates::pages::apply);
    t.post("/people/schedules/templates/{id}/retire", templates::pages::retire);
    t.post("/people/schedules/templates/{id}/restore", templates::pages::restore);
    t.get("/people/schedules/overlays/new", overlays::pages::new);
    t.post("/people/schedules/overlays/new", overlays::pages::create);
    t.get("/people/schedules/overlays/{id}", overlays::pages::edit);
    t.post("/people/schedules/overlays/{id}", overlays::pages::update);
    t.post("/people/schedules/overlays/{id}/remove", overlays::pages::remove);
    t.post("/people/schedules/overlays/{id}/restore", overlays::pages::restore);
    t.get("/people/holidays/import", import::pages::show);
    t.post("/people/holidays/import", import::pages::take);
    t.get("/api/v1/schedule-templates", templates::api::list);
    t.post("/api/v1/schedule-templates", templates::api::create);
    t.get("/api/v1/schedule-templates/{id}", templates::api::get);
    t.patch("/api/v1/schedule-templates/{id}", templates::api::update);
    t.delete("/api/v1/schedule-templates/{id}", templates::api::remove);
    t.post("/api/v1/schedule-templates/{id}/restore", templates::api::restore);
    t.post("/api/v1/schedule-templates/{id}/apply", templates::api::apply);
    t.get("/api/v1/schedule-overlays", overlays::api::list);
    t.post("/api/v1/schedule-overlays", overlays::api::create);
    t.get("/api/v1/schedule-overlays/{id}", overlays::api::get);
    t.patch("/api/v1/schedule-overlays/{id}", overlays::api::update);
    t.delete("/api/v1/schedule-overlays/{id}", overlays::api::remove);
    t.post("/api/v1/schedule-overlays/{id}/restore", overlays::api::restore);
    t.post("/api/v1/leave/holidays/import", import::api::create);
}

fn people_of_hr(t: &mut Routes) {
    people_pages_of_hr(t);
    own_fields_of_hr(t);
    working_time_of_hr(t);
    t.post("/api/v1/employees", onboarding::hire::api::create);
    t.get("/api/v1/employees/export", people::import::api::export);
    t.post("/api/v1/employees/import", people::import::api::import);
    t.patch("/api/v1/employees/{id}", people::employee::api::update);
    t.delete("/api/v1/employees/{id}", people::employee::api::remove);
    t.delete("/api/v1/employees/{id}/changes/{effective_on}", people::employee::changes::api::take_back);
    t.post("/api/v1/employees/{id}/restore", people::employee::api::restore);
    t.post("/api/v1/entities", people::org::entity::api::create);
    t.patch("/api/v1/entities/{id}", people::org::entity::api::update);
    t.delete("/api/v1/entities/{id}", people::org::entity::api::remove);
    t.get("/api/v1/entities/{id}/delete-impact", people::org::entity::api::impact);
    t.post("/api/v1/entities/{id}/restore", people::org::entity::api::restore);
    t.post("/api/v1/locations", people::org::location::api::create);
    t.patch("/api/v1/locations/{id}", people::org::location::api::update);
    t.delete("/api/v1/locations/{id}", people::org::location::api::remove);
    t.get("/api/v1/locations/{id}/delete-impact", people::org::location::api::impact);
    t.post("/api/v1/locations/{id}/restore", people::org::location::api::restore);
    t.post("/api/v1/departments", people::org::department::api::create);
    t.patch("/api/v1/departments/{id}", people::org::department::api::update);
    t.delete("/api/v1/departments/{id}", people::org::department::api::remove);
    t.get("/api/v1/departments/{id}/delete-impact", people::org::department::api::impact);
    t.post("/api/v1/departments/{id}/restore", people::org::department::api::restore);
    t.post("/api/v1/departments/{id}/managers", people::org::department::api::add_manager);
    t.delete("/api/v1/departments/{id}/managers/{employee_id}", people::org::department::api::remove_manager);
    t.get("/api/v1/groups", people::groups::api::list);
    t.post("/api/v1/groups", people::groups::api::create);
    t.get("/api/v1/groups/{id}", people::groups::api::get);
    t.patch("/api/v1/groups/{id}", people::groups::api::update);
    t.delete("/api/v1/groups/{id}", people::groups::api::remove);
    t.post("/api/v1/groups/{id}/members", people::groups::api::add_member);
    t.delete("/api/v1/groups/{id}/members/{employee_id}", people::groups::api::remove_member);
    t.post("/api/v1/schedules", people::schedule::api::create);
    t.patch("/api/v1/schedules/{id}", people::schedule::api::update);
    t.delete("/api/v1/schedules/{id}", people::schedule::api::remove);
    t.get("/api/v1/schedules/{id}/delete-impact", people::schedule::api::impact);
    t.post("/api/v1/schedules/{id}/restore", people::schedule::api::restore);
    t.post("/api/v1/leave/holidays", people::holidays::api::create);
    t.patch("/api/v1/leave/holidays/{id}", people::holidays::api::update);
    t.delete("/api/v1/leave/holidays/{id}", people::holidays::api::remove);
}

fn manager(t: &mut Routes) {
    t.for_(Audience::Manager);
    t.get("/leave/team", leave::pages::team);
    t.get("/overtime/team", overtime::pages::team);
}

fn overtime_of_staff(t: &mut Routes) {
    t.get("/overtime", overtime::pages::index);
    t.get("/overtime/new", overtime::pages::compose::new);
    t.post("/overtime/new", overtime::pages::compose::submit);
    t.post("/overtime/preview", overtime::pages::compose::preview);
    t.get("/overtime/{id}", overtime::pages::show::show);
    t.get("/overtime/{id}/edit", overtime::pages::compose::edit);
    t.post("/overtime/{id}/edit", overtime::pages::compose::amend);
    t.get("/overtime/{id}/confirm", overtime::pages::compose::confirm);
    t.post("/overtime/{id}/confirm", overtime::pages::compose::confirmed);
    t.get("/overtime/{id}/{act}", overtime::pages::show::ask);
    t.post("/overtime/{id}/{act}", overtime::pages::show::act);
    t.get("/api/v1/overtime-requests", overtime::api::list);
    t.post("/api/v1/overtime-requests", overtime::api::create);
    t.post("/api/v1/overtime-requests/preview", overtime::api::preview);
    t.get("/api/v1/overtime-requests/{id}", overtime::api::get);
    t.patch("/api/v1/overtime-requests/{id}", overtime::api::update);
    t.delete("/api/v1/overtime-requests/{id}", overtime::api::remove);
    t.post("/api/v1/overtime-requests/{id}/approve", overtime::api::approve);
    t.post("/api/v1/overtime-requests/{id}/reject", overtime::api::reject);
    t.post("/api/v1/overtime-requests/{id}/clarify", overtime::api::clarify);
    t.post("/api/v1/overtime-requests/{id}/cancel", overtime::api::cancel);
    t.post("/api/v1/overtime-requests/{id}/confirm", overtime::api::confirm);
    t.get("/api/v1/overtime-limits", overtime::api::limits_now);
    t.get("/api/v1/projects", overtime::project::api::list);
    t.get("/api/v1/projects/{id}", overtime::project::api::get);
}

fn overtime_of_hr(t: &mut Routes) {
    t.get("/overtime/limits", overtime::pages::limits::show);
    t.post("/overtime/limits", overtime::pages::limits::save);
    t.get("/overtime/projects", overtime::project::pages::index);
    t.get("/overtime/projects/new", overtime::project::pages::new);
    t.post("/overtime/projects/new", overtime::project::pages::create);
    t.get("/overtime/projects/{id}", overtime::project::pages::edit);
    t.post("/overtime/projects/{id}", overtime::project::pages::update);
    t.get("/overtime/reports", overtime::report::pages::index);
    t.get("/overtime/reports/{id}/download", overtime::report::pages::download);
    t.put("/api/v1/overtime-limits", overtime::api::set_limits);
    t.post("/api/v1/projects", overtime::project::api::create);
    t.patch("/api/v1/projects/{id}", overtime::project::api::update);
    t.delete("/api/v1/projects/{id}", overtime::project::api::remove);
    t.get("/api/v1/overtime-reports", overtime::report::api::list);
    t.get("/api/v1/overtime-reports/{id}/download", overtime::report::api::download);
}

fn hr(t: &mut Routes) {
    t.for_(Audience::Hr);
    people_of_hr(t);
    t.post("/leave/balance", leave::ledger::pages::correct);
    t.post("/leave/balance/pay-out", leave::ledger::pages::pay_out);
    overtime_of_hr(t);
    t.post("/api/v1/leave/balances/adjust", leave::ledger::api::adjust);
    t.get("/leave/types", leave::types::pages::index);
    t.get("/leave/types/new", leave::types::pages::new);
    t.post("/leave/types/new", leave::types::pages::create);
    t.get("/leave/types/{id}", leave::types::pages::edit);
    t.post("/leave/types/{id}", leave::types::pages::update);
    t.post("/api/v1/leave/types", leave::types::api::create);
    t.patch("/api/v1/leave/types/{id}", leave::types::api::update);
    t.delete("/api/v1/leave/types/{id}", leave::types::api::remove);
}

/// Days that HR books for everybody.
fn leave_shutdowns(t: &mut Routes) {
    use leave::shutdown::{api, pages};
    t.for_(Audience::Hr);
    t.get("/leave/shutdowns", pages::index);
    t.get("/leave/shutdowns/new", pages::new);
    t.post("/leave/shutdowns/new", pages::create);
    t.get("/leave/shutdowns/{id}", pages::show);
    t.post("/leave/shutdowns/{id}/book", pages::book);
    t.post("/leave/shutdowns/{id}/include", pages::include);
    t.get("/leave/shutdowns/{id}/take-back", pages::ask);
    t.post("/leave/shutdowns/{id}/take-back", pages::take_back);
    t.get("/api/v1/leave/shutdowns", api::list);
    t.post("/api/v1/leave/shutdowns", api::create);
    t.get("/api/v1/leave/shutdowns/{id}", api::get);
    t.get("/api/v1/leave/shutdowns/{id}/requests", api::booked);
    t.get("/api/v1/leave/shutdowns/{id}/missing", api::missing);
    t.post("/api/v1/leave/shutdowns/{id}/book", api::book);
    t.post("/api/v1/leave/shutdowns/{id}/include", api::include);
    t.post("/api/v1/leave/shutdowns/{id}/take-back", api::take_back);
}

/// When leave is not possible: everybody reads it, HR sets it.
fn leave_limits(t: &mut Routes) {
    use leave::limits::{api, pages};
    t.for_(Audience::Staff);
    t.get("/api/v1/leave/blackouts", api::list_blackouts);
    t.get("/api/v1/leave/blackouts/{id}", api::get_blackout);
    t.get("/api/v1/leave/coverage-rules", api::list_coverage);
    t.get("/api/v1/leave/coverage-rules/{id}", api::get_coverage);
    t.get("/api/v1/leave/settings", api::get_settings);
    t.for_(Audience::Hr);
    t.get("/leave/limits", pages::index);
    t.post("/leave/limits", pages::set);
    t.get("/leave/blackouts/new", pages::new_blackout);
    t.post("/leave/blackouts/new", pages::create_blackout);
    t.get("/leave/blackouts/{id}", pages::edit_blackout);
    t.post("/leave/blackouts/{id}", pages::update_blackout);
    t.post("/leave/blackouts/{id}/remove", pages::remove_blackout);
    t.get("/leave/coverage/new", pages::new_coverage);
    t.post("/leave/coverage/new", pages::create_coverage);
    t.get("/leave/coverage/{id}", pages::edit_coverage);
    t.post("/leave/coverage/{id}", pages::update_coverage);
    t.post("/leave/coverage/{id}/remove", pages::remove_coverage);
    t.post("/api/v1/leave/blackouts", api::create_blackout);
    t.patch("/api/v1/leave/blackouts/{id}", api::update_blackout);
    t.delete("/api/v1/leave/blackouts/{id}", api::remove_blackout);
    t.post("/api/v1/leave/coverage-rules", api::create_coverage);
    t.patch("/api/v1/leave/coverage-rules/{id}", api::update_coverage);
    t.delete("/api/v1/leave/coverage-rules/{id}", api::remove_coverage);
    t.put("/api/v1/leave/settings", api::set_settings);
}

/// Who is asked for decisions; HR's.
fn chain_routes(t: &mut Routes) {
    t.for_(Audience::Hr);
    t.get("/approvals/chains", admin::chains::pages::index);
    t.get("/approvals/chains/new", admin::chains::pages::new);
    t.post("/approvals/chains/new", admin::chains::pages::create);
    t.get("/approvals/chains/{id}", admin::chains::pages::edit);
    t.post("/approvals/chains/{id}", admin::chains::pages::update);
    t.post("/approvals/chains/{id}/remove", admin::chains::pages::remove);
    t.get("/api/v1/approval-chains", admin::chains::api::list);
    t.post("/api/v1/approval-chains", admin::chains::api::create);
    t.get("/api/v1/approval-chains/would-ask", admin::chains::api::would_ask);
    t.get("/api/v1/approval-chains/{id}", admin::chains::api::get);
    t.patch("/api/v1/approval-chains/{id}", admin::chains::api::update);
    t.delete("/api/v1/approval-chains/{id}", admin::chains::api::remove);
}

fn admin(t: &mut Routes) {
    t.for_(Audience::HrOrAdmin);
    t.get("/admin/users", auth::user::pages::index);
    t.get("/admin/users/{id}", auth::user::pages::show);
    t.post("/admin/users/{id}/roles", auth::user::pages::set_roles);
    t.post("/admin/users/{id}/disable", auth::user::pages::disable);
    t.post("/admin/users/{id}/enable", auth::user::pages::enable);
    t.post("/admin/users/{id}/unlock", auth::user::pages::unlock);
    t.post("/admin/users/{id}/end-sessions", auth::user::pages::end_sessions);
    t.post("/admin/users/{id}/invite", auth::user::pages::invite);
    t.get("/api/v1/users", auth::user::api::list);
    t.get("/api/v1/users/{id}", auth::user::api::get);
    t.patch("/api/v1/users/{id}", auth::user::api::update);
    t.for_(Audience::Admin);
    t.get("/admin/audit", audit::pages::index);
    t.get("/api/v1/audit-log", audit::api::list);
    t.get("/admin/certificate", admin::authority::show);
    t.get("/admin/certificate/steward-authority.pem", admin::authority::download);
    t.get("/admin/moved", admin::moved::show);
    t.post("/admin/moved", admin::moved::answer);
    settings(t);
}

fn mail_queue(t: &mut Routes) {
    use admin::mail::queue;
    t.get("/admin/mail/queue", queue::pages::show);
    t.post("/admin/mail/queue/resend", queue::pages::resend_all);
    t.post("/admin/mail/queue/{id}/resend", queue::pages::resend);
    t.post("/admin/mail/queue/{id}/drop", queue::pages::take_out);
    t.get("/api/v1/mail-queue", queue::api::list);
    t.post("/api/v1/mail-queue/resend", queue::api::resend_all);
    t.post("/api/v1/mail-queue/{id}/resend", queue::api::resend);
    t.delete("/api/v1/mail-queue/{id}", queue::api::take_out);
}

fn settings(t: &mut Routes) {
    t.get("/admin/settings", admin::settings::pages::show);
    t.post("/admin/settings", admin::settings::pages::submit);
    t.get("/admin/mail", admin::mail::pages::show);
    t.post("/admin/mail", admin::mail::pages::submit);
    t.post("/admin/mail/test", admin::mail::pages::test);
    mail_queue(t);
    t.get("/admin/hosts", admin::hosts::pages::show);
    t.post("/admin/hosts", admin::hosts::pages::bind);
    t.post("/admin/hosts/forget", admin::hosts::pages::forget);
    clockwork_routes(t);
    t.get("/admin/set-up", admin::wizard::pages::index);
    t.post("/admin/set-up/close", admin::wizard::pages::close);
    t.post("/admin/set-up/restart", admin::wizard::pages::restart);
    t.get("/admin/set-up/{step}", admin::wizard::pages::show);
    t.post("/admin/set-up/{step}", admin::wizard::pages::submit);
    t.post("/admin/set-up/{step}/skip", admin::wizard::pages::skip);
    t.patch("/api/v1/settings", admin::settings::api::update);
    t.get("/api/v1/mail-server", admin::mail::api::get);
    t.put("/api/v1/mail-server", admin::mail::api::set);
    t.post("/api/v1/mail-server/test", admin::mail::api::test);
    t.get("/api/v1/hosts", admin::hosts::api::list);
    t.put("/api/v1/hosts/{host}", admin::hosts::api::set);
    t.delete("/api/v1/hosts/{host}", admin::hosts::api::remove);
    t.get("/api/v1/set-up", admin::wizard::api::get);
    t.post("/api/v1/set-up/{step}/skip", admin::wizard::api::skip);
    t.post("/api/v1/set-up/close", admin::wizard::api::close);
    t.post("/api/v1/set-up/restart", admin::wizard::api::restart);
}

/// What the clockwork does and when; the audience is admins.
fn clockwork_routes(t: &mut Routes) {
    t.get("/admin/jobs", admin::jobs::pages::index);
    t.get("/admin/jobs/{job}", admin::jobs::pages::show);
    t.post("/admin/jobs/{job}", admin::jobs::pages::set);
    t.post("/admin/jobs/{job}/run", admin::jobs::pages::run);
    t.post("/admin/jobs/{job}/runs/{run}/retry", admin::jobs::pages::retry);
    t.get("/api/v1/jobs", admin::jobs::api::list);
    t.get("/api/v1/jobs/{job}", admin::jobs::api::get);
    t.patch("/api/v1/jobs/{job}", admin::jobs::api::update);
    t.get("/api/v1/jobs/{job}/runs", admin::jobs::api::runs);
    t.post("/api/v1/jobs/{job}/run", admin::jobs::api::run);
    t.post("/api/v1/jobs/{job}/runs/{run}/retry", admin::jobs::api::retry);
}

/// Templates, onboardings and tasks, for each audience.
fn onboarding_routes(t: &mut Routes) {
    use crate::onboarding::{hire, runs, tasks, templates, welcome};
    t.for_(Audience::Hire);
    t.get("/welcome", welcome::show);
    t.get("/tasks", tasks::pages::index);
    t.get("/tasks/{id}", tasks::pages::show);
    t.post("/tasks/{id}/complete", tasks::pages::complete);
    t.post("/tasks/{id}/reopen", tasks::pages::reopen);
    t.post("/tasks/{id}/comments", tasks::pages::comment);
    t.get("/api/v1/tasks", tasks::api::list);
    t.post("/api/v1/tasks/bulk", tasks::api::all_at_once);
    t.get("/api/v1/tasks/{id}", tasks::api::get);
    t.post("/api/v1/tasks/{id}/complete", tasks::api::complete);
    t.post("/api/v1/tasks/{id}/reopen", tasks::api::reopen);
    t.get("/api/v1/tasks/{id}/comments", tasks::api::comments);
    t.post("/api/v1/tasks/{id}/comments", tasks::api::comment);
    t.get("/api/v1/employees/{id}/progress", runs::api::progress);
    t.get("/api/v1/employees/{id}/timeline", runs::api::timeline);
    t.for_(Audience::Staff);
    t.post("/tasks/bulk", tasks::pages::finish_several);
    t.post("/tasks/{id}/decide", tasks::pages::decide);
    t.post("/tasks/{id}/postpone", tasks::pages::postpone);
    t.post("/tasks/{id}/reassign", tasks::pages::reassign);
    t.post("/tasks/{id}/remind", tasks::pages::remind);
    t.get("/tasks/{id}/drop", tasks::pages::ask_drop);
    t.post("/tasks/{id}/drop", tasks::pages::take_out);
    t.get("/onboarding/{id}", runs::pages::show);
    t.post("/onboarding/{id}/buddy", runs::pages::set_buddy);
    t.get("/onboarding/{id}/tasks/new", runs::pages::new_task);
    t.post("/onboarding/{id}/tasks", runs::pages::add_task);
    t.post("/api/v1/tasks", tasks::api::create);
    t.patch("/api/v1/tasks/{id}", tasks::api::update);
    t.post("/api/v1/tasks/{id}/approve", tasks::api::approve);
    t.post("/api/v1/tasks/{id}/reject", tasks::api::reject);
    t.post("/api/v1/tasks/{id}/reassign", tasks::api::reassign);
    t.post("/api/v1/tasks/{id}/drop", tasks::api::take_out);
    t.post("/api/v1/tasks/{id}/remind", tasks::api::remind);
    t.get("/api/v1/onboardings/{id}", runs::api::get);
    t.patch("/api/v1/onboardings/{id}", runs::api::update);
    t.for_(Audience::Manager);
    t.get("/onboarding", runs::pages::index);
    t.get("/onboarding/ended", runs::pages::ended);
    t.get("/api/v1/onboardings", runs::api::list);
    t.for_(Audience::Hr);
    t.get("/onboarding/new", hire::pages::new);
    t.post("/onboarding/new", hire::pages::create);
    t.get("/onboarding/start", runs::pages::ask_start);
    t.post("/onboarding/start", runs::pages::start);
    t.get("/onboarding/{id}/cancel", runs::pages::ask_cancel);
    t.post("/onboarding/{id}/cancel", runs::pages::cancel);
    t.get("/templates", templates::pages::index);
    t.post("/templates", templates::pages::create);
    t.get("/templates/new", templates::pages::new);
    t.post("/templates/ready-made", templates::pages::add_ready_made);
    t.get("/templates/{id}", templates::pages::show);
    t.post("/templates/{id}", templates::pages::update);
    t.get("/templates/{id}/edit", templates::pages::edit);
    t.post("/templates/{id}/publish", templates::pages::publish);
    t.post("/templates/{id}/copy", templates::pages::copy);
    t.get("/templates/{id}/remove", templates::pages::ask_remove);
    t.post("/templates/{id}/remove", templates::pages::remove);
    t.get("/templates/{id}/tasks/new", templates::pages::new_task);
    t.post("/templates/{id}/tasks", templates::pages::add_task);
    t.get("/templates/{id}/tasks/{task}", templates::pages::edit_task);
    t.post("/templates/{id}/tasks/{task}", templates::pages::change_task);
    t.post("/templates/{id}/tasks/{task}/remove", templates::pages::remove_task);
    t.post("/templates/{id}/tasks/{task}/move", templates::pages::move_task);
    t.post("/api/v1/onboardings", runs::api::create);
    t.post("/api/v1/onboardings/{id}/cancel", runs::api::cancel);
    t.get("/api/v1/templates", templates::api::list);
    t.post("/api/v1/templates", templates::api::create);
    t.get("/api/v1/templates/{id}", templates::api::get);
    t.patch("/api/v1/templates/{id}", templates::api::update);
    t.delete("/api/v1/templates/{id}", templates::api::remove);
    t.get("/api/v1/templates/{id}/tasks", templates::api::tasks);
    t.put("/api/v1/templates/{id}/tasks", templates::api::set_tasks);
    t.post("/api/v1/templates/{id}/clone", templates::api::copy);
    t.post("/api/v1/templates/{id}/publish", templates::api::publish);
}

/// What people look after themselves, before their first day too, and HR for them.
fn personal_routes(t: &mut Routes) {
    use people::{personal, photo};
    t.for_(Audience::Hire);
    t.get("/welcome/confirm", auth::first_time::pages::show);
    t.post("/welcome/confirm", auth::first_time::pages::submit);
    t.get("/account/profile", personal::pages::show);
    t.post("/account/profile", personal::pages::update);
    t.post("/account/profile/confirmed", personal::pages::update_confirmed);
    t.post("/account/profile/withdraw", personal::pages::withdraw);
    t.post("/account/profile/photo", photo::pages::set_own);
    t.post("/account/profile/photo/remove", photo::pages::remove_own);
    t.get("/account/data", people::data::pages::show_own);
    t.post("/account/data", people::data::pages::take_own);
    t.get("/api/v1/employees/{id}/data-export", people::data::api::get);
    t.get("/profile-changes/{id}", personal::change::pages::show);
    t.get("/people/{id}/photo", photo::api::get);
    t.get("/api/v1/employees/{id}/photo", photo::api::get);
    t.put("/api/v1/employees/{id}/photo", photo::api::set);
    t.delete("/api/v1/employees/{id}/photo", photo::api::remove);
    t.get("/api/v1/employees/{id}/personal", personal::api::get);
    t.patch("/api/v1/employees/{id}/personal", personal::api::update);
    t.get("/api/v1/profile-changes", personal::change::api::list);
    t.get("/api/v1/profile-changes/{id}", personal::change::api::get);
    t.delete("/api/v1/profile-changes/{id}", personal::change::api::withdraw);
    t.for_(Audience::Hr);
    t.get("/people/{id}/personal", personal::pages::show_of);
    t.post("/people/{id}/personal", personal::pages::update_of);
    t.post("/people/{id}/personal/confirmed", personal::pages::update_confirmed_of);
    t.post("/people/{id}/photo", photo::pages::set_of);
    t.post("/people/{id}/photo/remove", photo::pages::remove_of);
    t.post("/people/{id}/printed-code", auth::first_time::pages::print);
    t.get("/people/{id}/data", people::data::pages::show_of);
    t.post("/people/{id}/data", people::data::pages::take_of);
    t.get("/people/retention", people::retention::pages::show);
    t.post("/people/retention", people::retention::pages::update);
    t.get("/people/{id}/erase", people::retention::pages::ask);
    t.post("/people/{id}/erase", people::retention::pages::erase);
    t.post("/people/{id}/hold", people::retention::pages::hold);
    t.post("/people/{id}/hold/lift", people::retention::pages::lift);
    t.get("/api/v1/retention", people::retention::api::get);
    t.put("/api/v1/retention", people::retention::api::set);
    t.post("/api/v1/retention/preview", people::retention::api::preview);
    t.post("/api/v1/employees/{id}/erase", people::retention::api::erase);
    t.post("/api/v1/employees/{id}/hold", people::retention::api::hold);
    t.delete("/api/v1/employees/{id}/hold", people::retention::api::release);
}

/// Who is away, and what shows it: trips, feeds.
fn seeing(t: &mut Routes) {
    use leave::trips;
    t.for_(Audience::Anyone);
    t.get("/feed/{token}/{file}", calendar::feeds::serve::serve);
    t.for_(Audience::Staff);
    t.get("/calendar/feeds", calendar::feeds::pages::show);
    t.post("/calendar/feeds", calendar::feeds::pages::make);
    t.post("/calendar/feeds/{id}/revoke", calendar::feeds::pages::revoke);
    t.get("/api/v1/feeds", calendar::feeds::api::list);
    t.post("/api/v1/feeds", calendar::feeds::api::make);
    t.delete("/api/v1/feeds/{id}", calendar::feeds::api::revoke);
    t.get("/leave/year", leave::year::show);
    t.get("/leave/statement", leave::year::statement::show);
    t.get("/api/v1/leave/year", leave::year::api::year);
    t.get("/api/v1/leave/statement", leave::year::api::statement);
    t.get("/trips", trips::pages::index);
    t.get("/trips/new", trips::pages::new);
    t.post("/trips/new", trips::pages::create);
    t.get("/trips/{id}", trips::show::show);
    t.get("/trips/{id}/edit", trips::pages::edit);
    t.post("/trips/{id}/edit", trips::pages::update);
    t.get("/trips/{id}/{act}", trips::show::ask);
    t.post("/trips/{id}/{act}", trips::show::act);
    t.get("/api/v1/business-trips", trips::api::list);
    t.post("/api/v1/business-trips", trips::api::create);
    t.get("/api/v1/business-trips/{id}", trips::api::get);
    t.patch("/api/v1/business-trips/{id}", trips::api::update);
    t.delete("/api/v1/business-trips/{id}", trips::api::remove);
    t.post("/api/v1/business-trips/{id}/cancel", trips::api::cancel);
    t.for_(Audience::Manager);
    t.get("/trips/team", trips::pages::team);
    t.get("/leave/export", leave::export::pages::show);
    t.get("/api/v1/leave/export", leave::export::api::export);
}
