//! Completes the text of an overlay: adds lines to actions, and leaves all else as it is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::expects::EXPECTS;
use crate::report::Marks;
use crate::yaml::parse_any;

/// The text of an overlay in which these actions have the key `x-expects`, with its value in flow notation, after their target.
pub(super) fn complete(
    name: &str,
    text: &str,
    tree: &Value,
    marks: &Marks,
    missing: &BTreeMap<usize, String>,
) -> Result<String, String> {
    if missing.is_empty() {
        return Ok(text.to_owned());
    }
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let mut expected = tree.clone();
    // From the last to the first, so that the positions of the others stay true.
    for (index, value) in missing.iter().rev() {
        let inserted = Keys::of(marks, *index).and_then(|keys| keys.insert(&mut lines, value));
        let action = expected["actions"][index].as_object_mut();
        if let (Some(()), Some(action)) = (inserted, action) {
            let (value, _, _) = parse_any(name, value.as_bytes())?;
            action.insert(EXPECTS.into(), value);
        }
    }
    let completed = lines.concat();
    let is_complete = missing
        .keys()
        .all(|index| expected["actions"][index].get(EXPECTS).is_some());
    match parse_any(name, completed.as_bytes()) {
        Ok((read, _, _)) if is_complete && read == expected => Ok(completed),
        _ => Err(format!(
            "{name}: `{EXPECTS}` cannot be added to the text; write each action as a mapping of its own, with a key in each line"
        )),
    }
}

/// Where the keys of an action stand: line and column, counted from one.
struct Keys {
    action: (usize, usize),
    target: (usize, usize),
    /// The key after the target.
    next: Option<(usize, usize)>,
}

impl Keys {
    fn of(marks: &Marks, index: usize) -> Option<Self> {
        let action = format!("/actions/{index}");
        let target = *marks.positions.get(&format!("{action}/target"))?;
        let keys = ["description", "remove", "update", "x-replaces"];
        let keys = keys
            .iter()
            .filter_map(|key| marks.positions.get(&format!("{action}/{key}")));
        Some(Self {
            action: *marks.positions.get(&action)?,
            target,
            next: keys.copied().filter(|position| *position > target).min(),
        })
    }

    /// Inserts the key after the target, or before it if it is the last.
    fn insert(&self, lines: &mut Vec<String>, value: &str) -> Option<()> {
        let (line, column) = self.next.unwrap_or(self.target);
        let (first, start) = self.action;
        if lines.get(first - 1)?.chars().nth(start - 1)? == '{' {
            let (at, _) = lines.get(line - 1)?.char_indices().nth(column - 1)?;
            lines
                .get_mut(line - 1)?
                .insert_str(at, &format!("{EXPECTS}: {value}, "));
            return Some(());
        }
        let indent = column - 1;
        let is_beside = |line: &String| {
            let content = line.trim_start();
            content.is_empty() || content.starts_with('#') && line.len() - content.len() <= indent
        };
        let comments = lines
            .get(..line - 1)?
            .iter()
            .rev()
            .take_while(|line| is_beside(line));
        let at = match self.next {
            Some(_) => line - 1 - comments.count(),
            None => line - 1,
        };
        let is_crlf = lines.get(at.checked_sub(1)?)?.ends_with("\r\n");
        let end = if is_crlf { "\r\n" } else { "\n" };
        lines.insert(at, format!("{}{EXPECTS}: {value}{end}", " ".repeat(indent)));
        Some(())
    }
}
