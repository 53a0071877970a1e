//! Writes generated code on lines, so that compiler errors, go-to-definition and the source view of the documentation show what they
//! are about. It costs milliseconds; a formatter would parse the code again.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// The code as text: each item, field, variant and statement on a line of its own.
#[must_use]
pub fn layout(code: TokenStream) -> String {
    let mut writer = Writer::default();
    writer.block(code);
    writer.text
}

#[derive(Default)]
struct Writer {
    text: String,
    indent: usize,
    /// The tokens of the line so far.
    line: Vec<TokenTree>,
    /// Whether the last line is a closing brace.
    is_closed: bool,
}

impl Writer {
    /// The content of a file, or of braces.
    fn block(&mut self, code: TokenStream) {
        // Commas between `<` and `>` end no line.
        let mut angles = 0usize;
        let mut is_arrow = false;
        let mut is_attribute = false;
        for token in code {
            let was_arrow = std::mem::take(&mut is_arrow);
            let was_attribute = std::mem::take(&mut is_attribute);
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    self.braces(&group);
                }
                TokenTree::Group(group) => {
                    let ends_line = was_attribute && group.delimiter() == Delimiter::Bracket;
                    self.push(TokenTree::Group(group));
                    if ends_line {
                        self.end_line();
                    }
                }
                TokenTree::Punct(mark) => {
                    let letter = mark.as_char();
                    is_arrow = matches!(letter, '-' | '=') && mark.spacing() == Spacing::Joint;
                    is_attribute = letter == '#' || (letter == '!' && was_attribute);
                    match letter {
                        '<' => angles += 1,
                        '>' if !was_arrow => angles = angles.saturating_sub(1),
                        _ => {}
                    }
                    self.push(TokenTree::Punct(mark));
                    if letter == ';' || (letter == ',' && angles == 0) {
                        angles = 0;
                        self.end_line();
                    }
                }
                other => self.push(other),
            }
        }
        self.end_line();
    }

    fn braces(&mut self, group: &Group) {
        let head = self.take_line();
        if group.stream().is_empty() {
            self.write_line(&format!("{head} {{}}"));
        } else {
            self.write_line(&format!("{head} {{"));
            self.indent += 1;
            self.block(group.stream());
            self.indent -= 1;
            self.write_line("}");
        }
        self.is_closed = true;
    }

    fn push(&mut self, token: TokenTree) {
        self.line.push(token);
    }

    fn take_line(&mut self) -> String {
        let tokens: TokenStream = self.line.drain(..).collect();
        tokens.to_string()
    }

    fn end_line(&mut self) {
        let line = self.take_line();
        if !line.is_empty() {
            self.write_line(&line);
        }
    }

    fn write_line(&mut self, line: &str) {
        let line = line.trim_start();
        let continues = line.starts_with([',', ';', '.', '?']) || line.starts_with("else");
        if std::mem::take(&mut self.is_closed) && continues {
            self.text.truncate(self.text.trim_end().len());
            self.text.push_str(line);
        } else {
            self.text.extend(std::iter::repeat_n(' ', self.indent * 4));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::layout;

    #[test]
    fn each_field_variant_and_statement_has_a_line() {
        let code = quote! {
            #[doc = " A pair."]
            #[derive(Clone)]
            pub struct Pair<A, B> { #[doc = " One."] one: A, two: Map<A, B>, }
            impl<A, B> Pair<A, B> {
                fn new() -> Self { let made = Self { one: f(1, 2), two: match x { 1 => a, _ => b } }; made }
            }
            pub enum Empty {}
        };
        insta::assert_snapshot!(layout(code));
    }
}
