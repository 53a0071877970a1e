//! Descriptions as documentation.

use proc_macro2::TokenStream;
use quote::quote;

/// A description as documentation.
pub(crate) fn docs(description: &str) -> TokenStream {
    markdown(&escape(description))
}

/// Markdown as documentation: one attribute, because each costs the compiler time.
pub(crate) fn markdown(text: &str) -> TokenStream {
    let lines: Vec<_> = text.lines().map(|line| format!(" {line}")).collect();
    let text = lines.join("\n");
    quote!(#[doc = #text])
}

/// The attributes of what keeps a former name beside `name`, which is below `owner`, such as `Self::`.
pub(crate) fn former_name(owner: &str, name: &str) -> TokenStream {
    let docs = match owner {
        "" => format!(" The former name of [`{name}`]."),
        owner => format!(" The former name of [`{name}`]({owner}{name})."),
    };
    let note = format!("renamed to `{name}`");
    quote!(#[doc = #docs] #[deprecated(note = #note)])
}

/// A description as Markdown: what rustdoc would interpret as a link, a tag or a test is escaped, except between backticks.
pub(crate) fn escape(description: &str) -> String {
    let mut in_code = false;
    let mut lines: Vec<_> = description
        .lines()
        .map(|line| {
            let line = line.trim();
            if let Some(language) = line.strip_prefix("```") {
                in_code = !in_code;
                let is_unnamed = in_code && language.is_empty();
                return if is_unnamed { "```text" } else { line }.to_owned();
            }
            if in_code {
                return line.to_owned();
            }
            let pieces = line.split('`').enumerate();
            let pieces = pieces.map(|(index, piece)| match index % 2 {
                0 => escape_words(piece),
                _ => piece.to_owned(),
            });
            pieces.collect::<Vec<_>>().join("`")
        })
        .collect();
    if in_code {
        lines.push("```".to_owned());
    }
    lines.join("\n")
}

/// The part of a description before its first empty line.
pub(crate) fn first_paragraph(description: &str) -> String {
    let lines = description.lines().map(str::trim);
    let lines: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn escape_words(text: &str) -> String {
    // Few descriptions have any, and a search takes less time than an iteration over the words.
    if !text.contains('[') && !text.contains('<') && !text.contains("://") {
        return text.to_owned();
    }
    let words = text.split(' ').map(|word| {
        if word.starts_with("http://") || word.starts_with("https://") {
            let url = word.trim_end_matches(['.', ',', ';', ':', ')']);
            return format!("<{url}>{}", &word[url.len()..]);
        }
        word.replace('[', "\\[").replace('<', "\\<")
    });
    words.collect::<Vec<_>>().join(" ")
}
