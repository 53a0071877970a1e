//! `rules backup`, `rules restore` and `rules edit`.

use cisco_secure_access::simulator::{Quirk, Simulator, SimulatorBuilder};
use serde_json::{Value, json};

use crate::program::{Program, Result};

const RULES: &str = "/policies/v2/rules";

/// The simulator sends undocumented actions, and does not accept them in requests.
fn simulator() -> SimulatorBuilder {
    let quirks = Quirk::ALL
        .into_iter()
        .filter(|quirk| *quirk != Quirk::UnknownValues);
    Simulator::builder().quirks(quirks)
}

fn writes(simulator: &Simulator) -> usize {
    let requests = simulator.requests();
    let is_write = |method: &str, path: &str| method != "GET" && path.starts_with("/policies/");
    requests
        .iter()
        .filter(|request| is_write(&request.method, &request.path))
        .count()
}

fn rule(simulator: &Simulator, id: &str) -> Value {
    let rules = simulator.items(RULES);
    let found = rules
        .into_iter()
        .find(|rule| rule["ruleId"] == json!(id.parse::<i64>().ok()));
    found.unwrap_or_default()
}

/// A program whose editor is a shell script.
fn with_editor(simulator: &Simulator, script: &str) -> Result<Program> {
    let program = Program::new(simulator);
    program.write("editor", script)?;
    let path = program.path("editor").display().to_string();
    Ok(program.with("VISUAL", &format!("sh '{path}'")))
}

#[tokio::test]
async fn a_backup_is_stable_and_restores_what_was_changed_and_deleted() -> Result {
    let simulator = simulator().start().await?;
    let program = Program::new(&simulator);
    program
        .run(&["rules", "backup", "rules.json"])
        .await
        .ends_with(0)
        .reports(&["3 access rules"]);
    let backup = program.read("rules.json")?;
    program
        .run(&["rules", "backup", "next.json", "--dry-run"])
        .await
        .ends_with(0)
        .reports(&["next.json would have 3 access rules"]);
    assert!(program.read("next.json").is_err());
    let again = program.run(&["rules", "backup"]).await.ends_with(0);
    assert_eq!(again.stdout(), backup);
    let unchanged = program
        .run(&["rules", "restore", "rules.json"])
        .await
        .ends_with(0);
    assert_eq!((unchanged.json()?, writes(&simulator)), (json!([]), 0));

    let (before, name) = (
        rule(&simulator, "1001"),
        rule(&simulator, "1003")["ruleName"].clone(),
    );
    let enabled = before["ruleIsEnabled"] == true;
    simulator.set_item(RULES, "1001", &json!({"ruleIsEnabled": !enabled}))?;
    simulator.remove_item(RULES, "1003");
    let restore = ["rules", "restore", "rules.json"];
    let plan = program
        .run(&[&restore[..], &["--dry-run"]].concat())
        .await
        .ends_with(0);
    let plan = plan.reports(&["1 to create, 1 to replace"]).json()?;
    let change = |id: i64| {
        plan.as_array()
            .and_then(|rows| rows.iter().find(|row| row["id"] == id))
    };
    assert_eq!(
        change(1001).map(|row| &row["properties"]),
        Some(&json!(["ruleIsEnabled"]))
    );
    assert_eq!(
        change(1003).map(|row| &row["change"]),
        Some(&json!("create"))
    );
    program
        .run(&restore)
        .await
        .ends_with(2)
        .reports(&["Make 2 changes", "--yes"]);
    assert_eq!(writes(&simulator), 0);

    program
        .run(&[&restore[..], &["--yes"]].concat())
        .await
        .ends_with(0);
    assert_eq!(
        rule(&simulator, "1001")["ruleIsEnabled"],
        before["ruleIsEnabled"]
    );
    assert!(
        simulator
            .items(RULES)
            .iter()
            .any(|rule| rule["ruleName"] == name)
    );
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_backup_is_rejected() -> Result {
    let simulator = simulator().start().await?;
    let program = Program::new(&simulator);
    program.write("rules.json", "{\"rules\": []}")?;
    let run = program
        .run(&["rules", "restore", "rules.json"])
        .await
        .ends_with(2);
    run.reports(&["rules.json: not a backup", "rules backup"]);
    program
        .run(&["rules", "restore", "missing.json"])
        .await
        .ends_with(2)
        .reports(&["missing.json"]);
    assert!(simulator.requests().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_rule_is_edited_until_it_is_valid() -> Result {
    let simulator = simulator().start().await?;
    let script = r#"case $(cat count 2>/dev/null) in
'') echo 1 > count; sed 's/^ruleName: .*/ruleName: "?"/' "$1" > new; cat new > "$1" ;;
*) grep -q '^# error: .*characters' "$1" || exit 1; sed 's/^ruleName: .*/ruleName: Edited/' "$1" > new; cat new > "$1" ;;
esac"#;
    let program = with_editor(&simulator, script)?;
    let run = program.run(&["rules", "edit", "1001"]).await.ends_with(0);
    assert_eq!(run.json()?["ruleName"], "Edited");
    assert_eq!(rule(&simulator, "1001")["ruleName"], "Edited");
    assert_eq!(writes(&simulator), 1);
    let left = std::fs::read_dir(program.path("."))?.flatten();
    let left = left.filter(|file| {
        file.file_name()
            .to_string_lossy()
            .starts_with("secure-access-rule")
    });
    assert_eq!(left.count(), 0);
    Ok(())
}

#[tokio::test]
async fn an_unchanged_rule_is_not_sent() -> Result {
    let simulator = simulator().start().await?;
    let program = with_editor(&simulator, "exit 0")?;
    program
        .run(&["rules", "edit", "1001"])
        .await
        .ends_with(0)
        .reports(&["nothing was changed"]);
    let program = with_editor(&simulator, "exit 3")?;
    program
        .run(&["rules", "edit", "1001"])
        .await
        .ends_with(1)
        .reports(&["the editor", "failed"]);
    let program = with_editor(
        &simulator,
        "sed 's/^ruleName: .*/ruleName: Edited/' \"$1\" > new; cat new > \"$1\"",
    )?;
    let run = program
        .run(&["rules", "edit", "1001", "--dry-run"])
        .await
        .ends_with(0);
    assert!(
        run.stdout().contains("PUT") && run.stdout().contains("Edited"),
        "{}",
        run.stdout()
    );
    assert_eq!(writes(&simulator), 0);
    Ok(())
}

#[tokio::test]
async fn an_edited_rule_is_kept_if_it_cannot_be_sent() -> Result {
    let simulator = simulator().start().await?;
    let edit = "sed 's/^ruleName: .*/ruleName: Edited/' \"$1\" > new; cat new > \"$1\"";
    let program = with_editor(&simulator, edit)?;
    simulator.lock_rules(true);
    let run = program
        .run(&["rules", "edit", "1001", "--timeout", "1"])
        .await
        .ends_with(5);
    let (_, path) = run
        .stderr()
        .split_once("The edited rule is in ")
        .ok_or("no path")?;
    let kept = std::fs::read_to_string(path.trim().trim_end_matches('.'))?;
    assert!(kept.contains("ruleName: Edited"), "{kept}");
    assert_ne!(rule(&simulator, "1001")["ruleName"], "Edited");
    Ok(())
}

#[tokio::test]
async fn a_change_by_somebody_else_is_a_conflict() -> Result {
    let simulator = simulator().start().await?;
    // The editor waits until the test has changed the rule, and says so.
    let edit = "echo ready > ready; cat go; sed 's/^ruleName: .*/ruleName: Edited/' \"$1\" > new; cat new > \"$1\"";
    let program = with_editor(&simulator, edit)?;
    for name in ["ready", "go"] {
        let made = std::process::Command::new("mkfifo")
            .arg(program.path(name))
            .status()?;
        assert!(made.success());
    }
    let child = program.command(&["rules", "edit", "1001"]).spawn()?;
    let (ready, go) = (program.path("ready"), program.path("go"));
    tokio::task::spawn_blocking(move || std::fs::read(ready)).await??;
    simulator.set_item(RULES, "1001", &json!({"ruleName": "Theirs"}))?;
    tokio::task::spawn_blocking(move || std::fs::write(go, "")).await??;
    let output = child.wait_with_output().await?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(
        stderr.contains("another client changed the rule")
            && stderr.contains("The edited rule is in")
    );
    assert_eq!(
        (
            rule(&simulator, "1001")["ruleName"].clone(),
            writes(&simulator)
        ),
        (json!("Theirs"), 0)
    );
    Ok(())
}
