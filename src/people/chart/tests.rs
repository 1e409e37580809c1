use proptest::prelude::*;

use super::{Chart, Line};
use crate::ids::EmployeeId;

fn line(id: i64, manager: Option<i64>, here: bool) -> Line {
    Line {
        id: EmployeeId(id),
        name: format!("Person {id}"),
        position: String::new(),
        department: String::new(),
        manager_id: manager.map(EmployeeId),
        here,
    }
}

fn ids(found: &[(&super::Node, usize)]) -> Vec<(i64, usize)> {
    found.iter().map(|(node, level)| (node.line.id.0, *level)).collect()
}

#[test]
fn people_stand_below_the_next_one_above_who_is_here() {
    // 1 leads 2, who has left and led 3; 4 reports to nobody and leads nobody.
    let chart =
        Chart::of(vec![line(4, None, true), line(1, None, true), line(2, Some(1), false), line(3, Some(2), true)]);
    assert_eq!(chart.roots(), [EmployeeId(1), EmployeeId(4)], "who leads people comes first");
    assert_eq!(ids(&chart.walk(EmployeeId(1), 9)), [(1, 0), (3, 1)]);
    assert_eq!(chart.get(EmployeeId(1)).unwrap().below, 1);
    assert!(chart.get(EmployeeId(2)).is_none());
    assert_eq!(chart.path_to(EmployeeId(3)).len(), 1);
}

#[test]
fn a_large_part_is_shown_as_deep_as_it_fits() {
    let mut lines = vec![line(1, None, true)];
    lines.extend((2..=5).map(|id| line(id, Some(1), true)));
    lines.extend((6..=45).map(|id| line(id, Some(2 + id % 4), true)));
    let chart = Chart::of(lines);
    assert_eq!(chart.depth_for(EmployeeId(1), 10), 1);
    assert_eq!(chart.depth_for(EmployeeId(1), 45), 2);
    assert_eq!(chart.depth_for(EmployeeId(1), 2), 1, "the next level is always there");
    assert_eq!(chart.depth_for(EmployeeId(45), 45), 1);
}

proptest! {
    /// Whatever the lines say, circles included, everybody who is here stands in the chart once, and each count is
    /// that of those below.
    #[test]
    fn everybody_stands_in_it_once(managers in proptest::collection::vec((proptest::option::of(0..30_i64), any::<bool>()), 1..30)) {
        let lines: Vec<Line> =
            managers.iter().enumerate().map(|(id, (manager, here))| line(id as i64, *manager, *here)).collect();
        let chart = Chart::of(lines.clone());
        let mut seen: Vec<i64> = chart
            .roots()
            .into_iter()
            .flat_map(|root| chart.walk(root, usize::MAX))
            .map(|(node, _)| node.line.id.0)
            .collect();
        seen.sort_unstable();
        let here: Vec<i64> = lines.iter().filter(|line| line.here).map(|line| line.id.0).collect();
        prop_assert_eq!(seen, here);
        for line in lines.iter().filter(|line| line.here) {
            let node = chart.get(line.id).unwrap();
            prop_assert_eq!(node.below + 1, chart.walk(line.id, usize::MAX).len());
        }
    }
}
