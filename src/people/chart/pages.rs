//! `/people/chart`

use axum::response::Response;

use super::{Chart, Node};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::web::listing::ListQuery;
use crate::web::{self, Shell, filters};

/// A page shows as many levels as fit into this many people; further down each person leads on.
const MOST: usize = 200;

#[derive(Debug, askama::Template)]
#[template(path = "people/chart.html")]
struct Page {
    shell: Shell,
    hr: bool,
    total: usize,
    /// The people above the one who was asked for, from the top.
    path: Vec<(EmployeeId, String)>,
    /// Whose part of the chart this is; empty at the top.
    title: String,
    rows: Vec<Row>,
    /// Some people have more below them than is shown.
    cut: bool,
}
web::pages!(Page);

/// A person, and what opens or closes around them: the template writes nested lists from a flat walk.
#[derive(Debug)]
struct Row {
    id: EmployeeId,
    name: String,
    position: String,
    department: String,
    /// How many stand below in all.
    below: usize,
    /// Their reports follow on this page.
    opens: bool,
    /// How many lists end after this row.
    closes: usize,
}

/// `GET /people/chart?root=7`: the whole company, or the part below one person.
pub async fn show(ctx: Staff, query: ListQuery) -> Result<Response> {
    let asked = query.listing(&[], &["root"])?;
    let root: Option<EmployeeId> = asked.filter("root")?;
    let chart = ctx.read(super::chart).await?;
    let (path, title) = match root {
        Some(id) => {
            let node = chart.get(id).ok_or(AppError::NotFound)?;
            let above = chart.path_to(id).into_iter().map(|node| (node.line.id, node.line.name.clone()));
            (above.collect(), node.line.name.clone())
        }
        None => (Vec::new(), String::new()),
    };
    let roots = root.map_or_else(|| chart.roots(), |id| vec![id]);
    let rows = rows(&chart, &roots);
    let cut = rows.iter().any(|row| row.below > 0 && !row.opens);
    web::page(&Page { shell: ctx.shell().await?, hr: ctx.actor.is_hr(), total: chart.len(), path, title, rows, cut })
}

fn rows(chart: &Chart, roots: &[EmployeeId]) -> Vec<Row> {
    let mut walked: Vec<(&Node, usize, usize)> = Vec::new();
    for root in roots {
        let depth = chart.depth_for(*root, MOST);
        walked.extend(chart.walk(*root, depth).into_iter().map(|(node, level)| (node, level, depth)));
    }
    let next_levels: Vec<usize> = walked.iter().skip(1).map(|(_, level, _)| *level).chain([0]).collect();
    let row = |((node, level, depth), next): (&(&Node, usize, usize), usize)| Row {
        id: node.line.id,
        name: node.line.name.clone(),
        position: node.line.position.clone(),
        department: node.line.department.clone(),
        below: node.below,
        opens: node.below > 0 && level < depth,
        closes: level.saturating_sub(next),
    };
    walked.iter().zip(next_levels).map(row).collect()
}
