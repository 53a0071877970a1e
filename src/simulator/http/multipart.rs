//! The fields of a multipart body: enough of RFC 7578 to say which there are.

/// The names and contents of the fields; invalid UTF-8 is replaced.
pub(crate) fn read(content_type: &str, body: &[u8]) -> Result<Vec<(String, String)>, &'static str> {
    let boundary = parameter(content_type, "boundary").ok_or("its content type has no boundary")?;
    let body = String::from_utf8_lossy(body);
    let delimiter = format!("--{boundary}");
    let (_, parts) = body
        .split_once(delimiter.as_str())
        .ok_or("the boundary is missing")?;
    let mut fields = Vec::new();
    for part in parts.split(format!("\r\n{delimiter}").as_str()) {
        if part.starts_with("--") {
            return Ok(fields);
        }
        let (head, content) = part
            .split_once("\r\n\r\n")
            .ok_or("the headers of a part have no end")?;
        let disposition = head
            .lines()
            .find(|line| {
                let line = line.to_ascii_lowercase();
                line.starts_with("content-disposition:")
            })
            .ok_or("a part has no content disposition")?;
        let name = parameter(disposition, "name").ok_or("a part has no name")?;
        fields.push((name.to_owned(), content.to_owned()));
    }
    Err("it has no end")
}

/// The value of a parameter of a header.
fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(';').skip(1).find_map(|parameter| {
        let (known, value) = parameter.trim().split_once('=')?;
        known
            .eq_ignore_ascii_case(name)
            .then(|| value.trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multipart_fields_are_parsed() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
            Content-Type: text/csv\r\n\r\na,b\r\nc\r\n--x\r\nContent-Disposition: form-data; name=kind\r\n\r\n1\r\n--x--\r\n";
        let fields = read("multipart/form-data; boundary=x", body).unwrap();
        let expected = [("file", "a,b\r\nc"), ("kind", "1")];
        assert_eq!(
            fields,
            expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
        for (header, body) in [
            ("multipart/form-data", body.as_slice()),
            ("multipart/form-data; boundary=x", b"--x\r\n"),
            ("multipart/form-data; boundary=x", b""),
            (
                "multipart/form-data; boundary=x",
                b"--x\r\n\r\nno name\r\n--x--",
            ),
        ] {
            assert!(read(header, body).is_err());
        }
    }
}
