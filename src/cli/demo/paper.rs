//! A paper for the demo: a PDF of one page with one line, which any viewer opens.

use std::fmt::Write as _;

/// `line` in plain ASCII, without brackets.
pub fn pdf(line: &str) -> Vec<u8> {
    let text = format!("BT /F1 24 Tf 72 720 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
    ];
    let (mut out, mut places) = ("%PDF-1.4\n".to_owned(), String::new());
    for (at, object) in objects.iter().enumerate() {
        writeln!(places, "{:010} 00000 n ", out.len()).expect("writing to a string succeeds");
        writeln!(out, "{} 0 obj\n{object}\nendobj", at + 1).expect("writing to a string succeeds");
    }
    let (begin, count) = (out.len(), objects.len() + 1);
    write!(
        out,
        "xref\n0 {count}\n0000000000 65535 f \n{places}trailer << /Size {count} /Root 1 0 R >>\nstartxref\n{begin}\n%%EOF\n"
    )
    .expect("writing to a string succeeds");
    out.into_bytes()
}
