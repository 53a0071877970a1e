//! Writes generated code on lines, so that compiler errors, go-to-definition and the source view of the documentation show the relevant
//! code. It takes milliseconds; a formatter would parse the code again.

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
    /// Whether the line has a token.
    is_begun: bool,
    /// Whether the last token and the next one are one operator.
    is_joint: bool,
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
                    self.token(TokenTree::Group(group));
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
                    self.token(TokenTree::Punct(mark));
                    if letter == ';' || (letter == ',' && angles == 0) {
                        angles = 0;
                        self.end_line();
                    }
                }
                other => self.token(other),
            }
        }
        self.end_line();
    }

    fn braces(&mut self, group: &Group) {
        self.space(false);
        let content = group.stream();
        if content.is_empty() {
            self.text.push_str("{}");
            self.end_line();
        } else {
            self.text.push('{');
            self.end_line();
            self.indent += 1;
            self.block(content);
            self.indent -= 1;
            self.space(false);
            self.text.push('}');
            self.end_line();
        }
        self.is_closed = true;
    }

    /// Writes a token on the line.
    fn token(&mut self, token: TokenTree) {
        let continues = self.is_closed
            && match &token {
                TokenTree::Punct(mark) => matches!(mark.as_char(), ',' | ';' | '.' | '?'),
                TokenTree::Ident(word) => word == "else",
                _ => false,
            };
        self.space(continues);
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                self.text.push_str(open);
                // No space before the first token.
                self.is_joint = true;
                for token in group.stream() {
                    self.token(token);
                }
                self.is_joint = false;
                self.text.push_str(close);
            }
            TokenTree::Punct(mark) => {
                self.is_joint = mark.spacing() == Spacing::Joint;
                self.text.push(mark.as_char());
            }
            TokenTree::Ident(word) => self.text.push_str(&word.to_string()),
            TokenTree::Literal(literal) => self.text.push_str(&literal.to_string()),
        }
    }

    /// Begins the line, or separates the next token from the last one. A line that `continues` a closing brace is written after it.
    fn space(&mut self, continues: bool) {
        let is_joint = std::mem::take(&mut self.is_joint);
        if self.is_begun {
            if !is_joint {
                self.text.push(' ');
            }
        } else if continues {
            self.text.truncate(self.text.trim_end().len());
        } else {
            for _ in 0..self.indent {
                self.text.push_str("    ");
            }
        }
        self.is_begun = true;
        self.is_closed = false;
    }

    fn end_line(&mut self) {
        if std::mem::take(&mut self.is_begun) {
            self.text.push('\n');
        }
        self.is_joint = false;
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
