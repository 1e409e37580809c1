//! The organization chart in the API.

use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::web::Json;
use crate::web::listing::ListQuery;
use crate::web::problem::ReadProblems;

/// The chart, each person after the one above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrgChart)]
pub struct ChartJson {
    pub items: Vec<NodeJson>,
    /// How many people are in it.
    #[schema(example = 100)]
    pub total: usize,
}

/// A person in the chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrgChartNode)]
pub struct NodeJson {
    #[schema(example = 7)]
    pub id: EmployeeId,
    #[schema(example = "Mira Castell")]
    pub name: String,
    #[schema(example = "Support engineer")]
    pub position: String,
    /// The department's name, or empty.
    #[schema(example = "Support")]
    pub department: String,
    /// The next person above who works here today.
    pub manager_id: Option<EmployeeId>,
    /// 0 at the top.
    pub level: usize,
    /// How many report here directly.
    pub reports: usize,
    /// How many stand below in all.
    pub below: usize,
}

/// The organization chart.
#[utoipa::path(
    get, path = "/api/v1/employees/chart", operation_id = "get_org_chart", tag = "employees",
    summary = "The organization chart",
    description = "Everybody on the staff. Who works here today and reports to whom; `root` narrows it to one person and all below, whose level is then 0. Whoever reports to somebody who is not here stands under the next one above.",
    params(("root" = Option<EmployeeId>, Query, example = 7)),
    responses((status = 200, description = "The chart", body = ChartJson), ReadProblems),
)]
pub async fn chart(ctx: Staff, query: ListQuery) -> Result<Json<ChartJson>> {
    let asked = query.listing(&[], &["root"])?;
    let root: Option<EmployeeId> = asked.filter("root")?;
    let chart = ctx.read(super::chart).await?;
    let roots = match root {
        Some(id) => vec![chart.get(id).map(|node| node.line.id).ok_or(AppError::NotFound)?],
        None => chart.roots(),
    };
    let walked = roots.into_iter().flat_map(|root| chart.walk(root, usize::MAX));
    let items: Vec<NodeJson> = walked
        .map(|(node, level)| NodeJson {
            id: node.line.id,
            name: node.line.name.clone(),
            position: node.line.position.clone(),
            department: node.line.department.clone(),
            manager_id: node.above,
            level,
            reports: node.reports.len(),
            below: node.below,
        })
        .collect();
    let total = items.len();
    Ok(Json(ChartJson { items, total }))
}
