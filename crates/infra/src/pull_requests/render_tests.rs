//! What the comment says, and what cannot be smuggled into it.

use proptest::prelude::*;

use super::*;

fn row(workspace: &str, stage: Stage, counts: [u32; 4]) -> Row {
    Row {
        workspace: workspace.to_owned(),
        url: format!("https://slipway.example.com/acme/workspaces/{workspace}/runs/run-1"),
        stage,
        counts,
        ..Row::default()
    }
}

fn report(rows: Vec<Row>) -> Report {
    Report {
        marker: "<!-- slipway pull-request pr-1 -->".to_owned(),
        head: "0123456789".to_owned(),
        base: "main".to_owned(),
        rows,
        ..Report::default()
    }
}

#[test]
fn the_risky_comes_first() {
    let text = render(&report(vec![
        row("quiet", Stage::Planned, [0, 0, 0, 0]),
        row("adds", Stage::Planned, [3, 0, 0, 0]),
        row("destroys", Stage::Planned, [1, 0, 2, 0]),
        row("going", Stage::Going, [0, 0, 0, 0]),
        row("broken", Stage::Failed, [0, 0, 0, 0]),
    ]));
    insta::assert_snapshot!(text, @r"
    <!-- slipway pull-request pr-1 -->
    ### Slipway: 0123456789 merged into main

    5 workspaces: **1 failed**, **1 destroy something**, 1 being planned, 1 without changes.

    | Workspace | Plan | Add | Change | Destroy | |
    | --- | --- | ---: | ---: | ---: | --- |
    | [broken](https://slipway.example.com/acme/workspaces/broken/runs/run-1) | **failed** | · | · | · |  |
    | [destroys](https://slipway.example.com/acme/workspaces/destroys/runs/run-1) | **destroys** | 1 | · | **2** |  |
    | [adds](https://slipway.example.com/acme/workspaces/adds/runs/run-1) | planned | 3 | · | · |  |
    | [going](https://slipway.example.com/acme/workspaces/going/runs/run-1) | planning… | · | · | · |  |
    | [quiet](https://slipway.example.com/acme/workspaces/quiet/runs/run-1) | no changes | · | · | · |  |

    It is applied when it is merged.

    <sub>`slipway plan [workspace]` plans again.</sub>
    ");
}

#[test]
fn many_are_folded_and_too_many_counted() {
    let rows = |count: usize| {
        (0..count)
            .map(|number| row(&format!("workspace-{number:04}"), Stage::Planned, [1, 0, 0, 0]))
            .collect()
    };
    let folded = render(&report(rows(60)));
    assert!(folded.contains("<summary>10 more</summary>"));
    assert!(folded.contains("workspace-0059"));
    let cut = render(&report(rows(2_000)));
    assert!(cut.chars().count() <= LONGEST);
    assert!(cut.contains("more are not listed here"));
    assert!(cut.contains("</details>") && cut.ends_with("</sub>\n"));
}

#[test]
fn a_fork_waits_for_a_word() {
    let waiting = Report {
        is_waiting_for_allow: true,
        ..report(Vec::new())
    };
    assert!(render(&waiting).contains("`slipway allow`"));
}

#[test]
fn nothing_is_mentioned_linked_or_marked_up_by_others() {
    let mut evil = row("x", Stage::Planned, [1, 0, 0, 0]);
    evil.remark = Some("@everyone ![x](http://evil) <script> | `a` \n# big".to_owned());
    let text = render(&report(vec![evil]));
    for bad in ["@everyone", "![x]", "<script>", "\n# big", "http://evil"] {
        assert!(!text.contains(bad), "{bad} in {text}");
    }
}

proptest! {
    #[test]
    fn whatever_people_write_stays_inside_its_place(text in ".{0,200}") {
        let safe = escaped(&text);
        prop_assert!(!safe.contains('\n') && !safe.contains('<') && !safe.contains('@'));
        let mut one = row("x", Stage::Planned, [1, 0, 0, 0]);
        one.remark = Some(text);
        let whole = render(&report(vec![one]));
        prop_assert_eq!(whole.matches("<!--").count(), 1);
        let table: Vec<&str> = whole.lines().filter(|line| line.starts_with("| [x]")).collect();
        prop_assert_eq!(table.len(), 1);
    }
}
