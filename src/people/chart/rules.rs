//! From lines (a person, the person above) to a tree.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ids::EmployeeId;

/// A person and who stands above them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: EmployeeId,
    pub name: String,
    pub position: String,
    pub department: String,
    pub manager_id: Option<EmployeeId>,
    /// False for whoever has left or not begun: they are no part of the chart, but lines lead over them.
    pub here: bool,
}

/// A person in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub line: Line,
    /// The next person above who is here.
    pub above: Option<EmployeeId>,
    /// Who reports here directly, in the order of the lines.
    pub reports: Vec<EmployeeId>,
    /// How many stand below in all.
    pub below: usize,
}

/// The tree, or the trees: whoever reports to nobody is a root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    nodes: BTreeMap<EmployeeId, Node>,
    roots: Vec<EmployeeId>,
}

impl Chart {
    /// Every person who is here stands in it exactly once, whatever the lines say: of a circle (which no act lets in)
    /// one person would become a root.
    pub fn of(lines: Vec<Line>) -> Chart {
        let managers: HashMap<EmployeeId, (Option<EmployeeId>, bool)> =
            lines.iter().map(|line| (line.id, (line.manager_id, line.here))).collect();
        let mut chart = Chart::default();
        let order: Vec<EmployeeId> = lines.iter().filter(|line| line.here).map(|line| line.id).collect();
        for line in lines.into_iter().filter(|line| line.here) {
            let above = next_above(line.id, &managers);
            chart.nodes.insert(line.id, Node { line, above, reports: Vec::new(), below: 0 });
        }
        for id in &order {
            if chart.is_circular(*id) {
                chart.node_mut(*id).above = None;
            }
        }
        for id in order {
            match chart.nodes[&id].above {
                Some(above) => chart.node_mut(above).reports.push(id),
                None => chart.roots.push(id),
            }
        }
        chart.count();
        chart
    }

    /// Whoever reports to nobody who is here; those who lead people first.
    pub fn roots(&self) -> Vec<EmployeeId> {
        let (leading, alone): (Vec<EmployeeId>, Vec<EmployeeId>) =
            self.roots.iter().partition(|id| self.nodes[id].below > 0);
        leading.into_iter().chain(alone).collect()
    }

    pub fn get(&self, id: EmployeeId) -> Option<&Node> {
        self.nodes.get(&id)
    }

    /// How many people are in it.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// From the top down to the person above `id`.
    pub fn path_to(&self, id: EmployeeId) -> Vec<&Node> {
        let mut path = Vec::new();
        let mut at = self.get(id).and_then(|node| node.above);
        while let Some(node) = at.and_then(|id| self.get(id)) {
            path.push(node);
            at = node.above;
        }
        path.reverse();
        path
    }

    /// `id` and those below down to `depth` levels further, each after the one above, with the level (0 is `id`).
    pub fn walk(&self, id: EmployeeId, depth: usize) -> Vec<(&Node, usize)> {
        let mut found = Vec::new();
        let mut waiting = vec![(id, 0)];
        while let Some((id, level)) = waiting.pop() {
            let Some(node) = self.get(id) else { continue };
            found.push((node, level));
            if level < depth {
                waiting.extend(node.reports.iter().rev().map(|report| (*report, level + 1)));
            }
        }
        found
    }

    /// The deepest level below `id` at which no more than `most` people are shown; at least 1.
    pub fn depth_for(&self, id: EmployeeId, most: usize) -> usize {
        let mut level = vec![id];
        let (mut shown, mut depth) = (1, 0);
        loop {
            let next: Vec<EmployeeId> =
                level.iter().filter_map(|id| self.get(*id)).flat_map(|node| node.reports.iter().copied()).collect();
            shown += next.len();
            if next.is_empty() || (shown > most && depth >= 1) {
                return depth.max(1);
            }
            (level, depth) = (next, depth + 1);
        }
    }

    fn node_mut(&mut self, id: EmployeeId) -> &mut Node {
        self.nodes.get_mut(&id).expect("only people in the chart stand above somebody")
    }

    fn is_circular(&self, id: EmployeeId) -> bool {
        let mut seen = HashSet::new();
        let mut at = self.nodes[&id].above;
        while let Some(above) = at {
            if above == id {
                return true;
            }
            if !seen.insert(above) {
                return false;
            }
            at = self.nodes[&above].above;
        }
        false
    }

    /// Counts from the leaves up.
    fn count(&mut self) {
        let everybody: Vec<EmployeeId> =
            self.roots.iter().flat_map(|root| self.walk(*root, usize::MAX)).map(|(node, _)| node.line.id).collect();
        for id in everybody.into_iter().rev() {
            let below = self.nodes[&id].reports.iter().map(|report| 1 + self.nodes[report].below).sum();
            self.node_mut(id).below = below;
        }
    }
}

/// The next one above who is here.
fn next_above(id: EmployeeId, managers: &HashMap<EmployeeId, (Option<EmployeeId>, bool)>) -> Option<EmployeeId> {
    let mut seen = HashSet::from([id]);
    let mut at = managers.get(&id)?.0;
    while let Some(above) = at {
        let (further, here) = managers.get(&above)?;
        if *here && above != id {
            return Some(above);
        }
        if !seen.insert(above) {
            return None;
        }
        at = *further;
    }
    None
}
