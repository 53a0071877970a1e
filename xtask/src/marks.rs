//! Files of which a command writes a part, between two lines.

/// Two lines of a file.
pub(crate) type Marks = (&'static str, &'static str);

/// The text with what stands between two marks replaced; `None` if it lacks one.
pub(crate) fn between(text: &str, (begin, end): Marks, replacement: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some([before, begin, replacement, end, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_the_marks_is_replaced() {
        let text = "a\n<b>\nold\n<e>\nz\n";
        assert_eq!(
            between(text, ("<b>\n", "<e>\n"), "new\n").as_deref(),
            Some("a\n<b>\nnew\n<e>\nz\n")
        );
        assert_eq!(between("nothing", ("<b>\n", "<e>\n"), "new"), None);
    }
}
