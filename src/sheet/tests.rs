use std::io::{Cursor, Read};

use calamine::{Data, Reader as _, Xlsx};
use jiff::Timestamp;
use jiff::civil::{date, time};
use proptest::prelude::*;

use super::*;

const COLUMNS: &[Column] = &[
    Column { name: std::borrow::Cow::Borrowed("number"), aliases: &["employee_id", "Employee No."], required: false },
    Column { name: std::borrow::Cow::Borrowed("email"), aliases: &["e_mail", "Mail"], required: true },
    Column { name: std::borrow::Cow::Borrowed("last_name"), aliases: &["lastname", "surname"], required: true },
    Column { name: std::borrow::Cow::Borrowed("join_date"), aliases: &["joined"], required: false },
];

fn open(text: &[u8]) -> Result<Reader<Cursor<Vec<u8>>>, Fault> {
    Reader::open(Cursor::new(text.to_vec()), COLUMNS, Bounds::default())
}

/// Lines, mails and surnames of a file that must be without a fault.
fn people(text: &str) -> Vec<(u64, String, String)> {
    open(text.as_bytes())
        .unwrap()
        .map(|row| row.unwrap())
        .map(|row| (row.line(), row.text("email").to_owned(), row.text("last_name").to_owned()))
        .collect()
}

fn first_fault(text: &[u8]) -> String {
    match open(text) {
        Err(fault) => fault.to_string(),
        Ok(mut rows) => rows.find_map(Result::err).expect("a fault").to_string(),
    }
}

#[test]
fn separators_marks_and_line_ends_of_all_spreadsheets_are_understood() {
    let one = vec![(2, "mira@x.test".to_owned(), "Castell".to_owned())];
    assert_eq!(people("email,last_name\nmira@x.test,Castell\n"), one);
    assert_eq!(people("\u{feff}email;last_name\r\nmira@x.test;Castell"), one);
    assert_eq!(people("Last Name\tE-MAIL\nCastell\tmira@x.test\n"), one);
    assert_eq!(people("\"email\";\"SURNAME\"\r\n\"mira@x.test\";\"Castell\"\r\n"), one);
    assert_eq!(people("email,last_name\rmira@x.test,Castell\r"), one);
    assert_eq!(
        people("sep=;\r\nemail;last_name\r\nmira@x.test;Castell\r\n"),
        [(3, one[0].1.clone(), one[0].2.clone())]
    );
}

#[test]
fn the_separator_is_the_one_that_makes_known_headers() {
    // More commas than semicolons, but inside one quoted header.
    let text = "email;last_name;\"note, long, longer, longest\"\nmira@x.test;Castell;x\n";
    let mut rows = open(text.as_bytes()).unwrap();
    assert_eq!(rows.ignored(), ["note, long, longer, longest"]);
    assert_eq!(rows.next().unwrap().unwrap().text("last_name"), "Castell");
}

#[test]
fn lines_are_counted_over_quoted_line_ends_and_blank_lines() {
    let text = "email,last_name\r\n\r\n\"a@x.test\",\"Two\r\nLines\"\r\n,\r\n\r\nb@x.test,Plain\r\nc@x.test,\"End\"";
    assert_eq!(
        people(text),
        [
            (3, "a@x.test".to_owned(), "Two\nLines".to_owned()),
            (7, "b@x.test".to_owned(), "Plain".to_owned()),
            (8, "c@x.test".to_owned(), "End".to_owned()),
        ]
    );
}

#[test]
fn missing_columns_are_absent_not_empty() {
    let mut rows = open(b"email,surname,joined\na@x.test,A,\n").unwrap();
    assert!(!rows.has("number"));
    let row = rows.next().unwrap().unwrap();
    assert!(!row.has("number") && row.has("join_date"));
    assert_eq!((row.optional("number"), row.optional("join_date")), (None, None));
    assert_eq!(row.required("join_date").unwrap_err().to_string(), "line 2, joined: is empty");
}

#[test]
fn dates_times_and_numbers_are_read_or_refused_by_name() {
    let mut rows = open(
        b"email,surname,joined,number\na,A,2026-03-01,12\nb,B,1.3.2026,\nc,C,03/01/2026,twelve\nd,D,2026-02-30,\n",
    )
    .unwrap();
    let mut next = || rows.next().unwrap().unwrap();
    let row = next();
    assert_eq!((row.date("join_date"), row.integer("number")), (Ok(Some(date(2026, 3, 1))), Ok(Some(12))));
    assert_eq!(next().date("join_date"), Ok(Some(date(2026, 3, 1))));
    let row = next();
    assert_eq!(row.date("join_date").unwrap_err().to_string(), "line 4, joined: is not a date such as 2026-03-01");
    assert_eq!(row.integer("number").unwrap_err().to_string(), "line 4, number: is not a whole number");
    assert!(next().date("join_date").is_err());

    assert_eq!(cells::time("7:05"), Some(time(7, 5, 0, 0)));
    assert_eq!(cells::time("17:30:00"), Some(time(17, 30, 0, 0)));
    assert_eq!([cells::time("24:00"), cells::time("17:30:10"), cells::time("17"), cells::time("+7:05")], [None; 4]);
    assert_eq!(
        [cells::date("26-03-01"), cells::date("2026-3"), cells::date("-2026-03-01"), cells::date("")],
        [None; 4]
    );
    assert_eq!([cells::yes_no("Yes"), cells::yes_no("0"), cells::yes_no("maybe")], [Some(true), Some(false), None]);
}

#[test]
fn what_is_not_csv_is_refused_with_advice() {
    let mut book = Workbook::new("x", Timestamp::UNIX_EPOCH);
    book.sheet("People", &["email", "last_name"]).unwrap().finish().unwrap();
    assert!(first_fault(&book.finish().unwrap()).contains("Excel workbook (XLSX)"));
    assert!(first_fault(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").contains("old Excel workbook"));
    assert!(first_fault(b"\xFF\xFEe\0m\0").contains("UTF-16"));
    assert!(first_fault(b"email,last_name\na\0b,c\n").contains("binary file"));
    assert_eq!(first_fault(b""), "line 1: The file is empty");
    assert_eq!(first_fault(b"\r\n\r\n"), "line 1: The file is empty");
    assert_eq!(first_fault(b"mail,phone\n"), "line 1: The header lacks: last_name");
    assert_eq!(
        first_fault(b"email,surname,E-Mail\n"),
        "line 1, E-Mail: The same column stands twice: “email” and “E-Mail”"
    );
}

#[test]
fn bytes_that_are_not_utf8_are_named_by_offset_and_line() {
    // “Müller” in Latin-1, after one good row.
    let text = b"email,last_name\r\na@x.test,Good\r\nb@x.test,M\xFCller\r\n";
    let mut rows = open(text).unwrap();
    assert_eq!(rows.next().unwrap().unwrap().text("last_name"), "Good");
    let fault = rows.next().unwrap().unwrap_err();
    assert_eq!(fault.to_string(), "line 3: The file is not UTF-8: byte 43 is FC. Save it as “CSV UTF-8” and try again");
    assert!(rows.next().is_none());
    // Cut within a character.
    assert!(first_fault(b"email,last_name\na,M\xC3").contains("byte 20 is C3"));
}

#[test]
fn characters_across_the_reading_boundary_are_whole() {
    for shift in 0..4 {
        let mut text = format!("email,last_name\n{}@x.test,", "a".repeat(shift));
        text.push_str(&"ü€😀".repeat(1000));
        text.push('\n');
        for n in 0..20 {
            text.push_str(&format!("b{n}@x.test,\"{}\"\n", "é\r\n".repeat(900)));
        }
        let people = people(&text);
        assert_eq!(people.len(), 21);
        assert_eq!(people[0].2, "ü€😀".repeat(1000));
        assert_eq!(people[20].0, 3 + 19 * 901);
    }
}

#[test]
fn an_open_quotation_mark_is_found_where_it_opens() {
    let text = b"email,last_name\na@x.test,Good\nb@x.test,\"Never closed\nc@x.test,Lost\n";
    let mut rows = open(text).unwrap();
    assert!(rows.next().unwrap().is_ok());
    assert_eq!(
        rows.next().unwrap().unwrap_err().to_string(),
        "line 3: A quotation mark is opened on this line and never closed"
    );
    assert!(rows.next().is_none());
}

#[test]
fn rows_of_the_wrong_width_are_told_and_the_next_is_read() {
    let mut rows = open(b"email,last_name,,\na@x.test\nb@x.test,B,,\nc@x.test,C,more\n").unwrap();
    let next = rows.next().unwrap().unwrap_err().to_string();
    assert_eq!(next, "line 2: 1 cells where the header has 2. Is a quotation mark or a separator missing?");
    assert_eq!(rows.next().unwrap().unwrap().line(), 3);
    assert_eq!(rows.next().unwrap().unwrap_err().to_string(), "line 4: 3 cells where the header has 2");
    assert!(rows.next().is_none());
}

/// Text without end that counts what was taken of it.
struct Endless<'a> {
    pattern: &'a [u8],
    taken: usize,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = self.pattern[self.taken % self.pattern.len()];
            self.taken += 1;
        }
        Ok(buffer.len())
    }
}

#[test]
fn memory_time_and_rows_are_bounded() {
    // One cell without end: given up after one row's bound, not at the file's.
    let mut rows = Reader::open(
        Cursor::new(b"email,last_name\n\"".to_vec()).chain(Endless { pattern: b"abc\n", taken: 0 }),
        COLUMNS,
        Bounds { bytes: u64::MAX, ..Bounds::default() },
    )
    .unwrap();
    let fault = rows.next().unwrap().unwrap_err().to_string();
    assert_eq!(fault, "line 2: A row is longer than 256 KB. Is a quotation mark opened and never closed?");

    let rows = |bounds| {
        let source = Cursor::new(b"email,last_name\n".to_vec()).chain(Endless { pattern: b"a,b\n", taken: 0 });
        let mut rows = Reader::open(source, COLUMNS, bounds).unwrap();
        let good = rows.by_ref().take_while(Result::is_ok).count();
        assert!(rows.next().is_none());
        good
    };
    assert_eq!(rows(Bounds { rows: 1000, ..Bounds::default() }), 1000);
    let by_bytes = rows(Bounds { rows: u64::MAX, bytes: 1024 * 1024, ..Bounds::default() });
    assert!((200_000..=262_144).contains(&by_bytes), "{by_bytes}");

    let long = format!("email,last_name\na,{}\nb,B\n", "x".repeat(10_001));
    let mut rows = open(long.as_bytes()).unwrap();
    assert_eq!(rows.next().unwrap().unwrap_err().to_string(), "line 2, last_name: is longer than 10000 characters");
    assert_eq!(rows.next().unwrap().unwrap().text("email"), "b");
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_made_harmless_and_numbers_are_not_broken() {
    let mut out = Writer::new(Vec::new());
    out.row(["a", "b"]).unwrap();
    for text in ["=1+1", "+49 170 1", "-2+3", "@SUM(A1)", "\tx", "\rx", "-5", "+1.25", "-0,5", "plain", "12", "A;=B1"] {
        out.row([text, ""]).unwrap();
    }
    let text = String::from_utf8(out.finish().unwrap()).unwrap();
    let expected = "a,b\r\n'=1+1,\r\n'+49 170 1,\r\n'-2+3,\r\n'@SUM(A1),\r\n'\tx,\r\n\"'\rx\",\r\n-5,\r\n+1.25,\r\n\"-0,5\",\r\nplain,\r\n12,\r\nA;'=B1,\r\n";
    assert_eq!(text, expected);
    assert!(Writer::new(Vec::new()).row(["a"]).is_ok());
    let mut uneven = Writer::new(Vec::new());
    uneven.row(["a", "b"]).unwrap();
    assert!(uneven.row(["a"]).is_err());
    let marked = Writer::for_spreadsheets(Vec::new()).unwrap().finish().unwrap();
    assert_eq!(marked, b"\xEF\xBB\xBF");
}

proptest! {
    #[test]
    fn what_is_written_comes_back(cells in proptest::collection::vec("[^\\x00\r]{0,30}", 1..40)) {
        let mut out = Writer::new(Vec::new());
        out.row(["email", "last_name"]).unwrap();
        for cell in &cells {
            out.row(["x", cell]).unwrap();
        }
        let rows = open(&out.finish().unwrap()).unwrap();
        let back: Vec<String> = rows.map(|row| row.unwrap().text("last_name").to_owned()).collect();
        // An apostrophe that a person typed before a formula is the one thing that cannot be told apart.
        prop_assume!(!cells.iter().any(|cell| cell.trim_start().starts_with('\'')));
        prop_assert_eq!(back, cells.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    }

    #[test]
    fn no_bytes_whatever_panic_or_pass_unchecked(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut text = b"email,last_name\n".to_vec();
        text.extend(&bytes);
        if let Ok(rows) = open(&text) {
            let faults = rows.filter(Result::is_err).count();
            prop_assert!(faults > 0 || std::str::from_utf8(&bytes).is_ok());
        }
    }
}

fn sample() -> Vec<u8> {
    let mut book = Workbook::new("Overtime", "2026-03-02T06:00:00Z".parse().unwrap());
    let mut sheet =
        book.sheet("ENG Engineering: [A/B]", &["Employee", "Date", "Start", "Duration", "Hours", "Made"]).unwrap();
    let row = |name: &str, minutes| {
        vec![
            Cell::Text(name.to_owned()),
            Cell::Date(date(2026, 3, 1)),
            Cell::Time(time(22, 30, 0, 0)),
            Cell::Minutes(minutes),
            Cell::Decimal(2.5),
            Cell::DateTime(date(2026, 3, 2).at(7, 0, 0, 0)),
        ]
    };
    sheet.row(row("=Mira", 150)).unwrap();
    sheet.row(row("Jonas", 1530)).unwrap();
    sheet.row(row("Back", -90)).unwrap();
    sheet.total([Cell::Text("Total".into()), Cell::Empty, Cell::Empty, Cell::Minutes(1680), Cell::Integer(3)]).unwrap();
    sheet.finish().unwrap();
    book.sheet("eng ENGINEERING- -a-b-", &["x"]).unwrap().finish().unwrap();
    book.finish().unwrap()
}

#[test]
fn a_workbook_holds_real_dates_and_durations() {
    let bytes = sample();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["ENG Engineering- -A-B-", "eng ENGINEERING- -a-b- (2)"]);
    let sheet = book.worksheet_range("ENG Engineering- -A-B-").unwrap();
    assert_eq!(sheet.get((1, 0)), Some(&Data::String("=Mira".into())));
    let Some(Data::DateTime(day)) = sheet.get((1, 1)) else { panic!("{:?}", sheet.get((1, 1))) };
    assert_eq!(day.as_f64(), 46082.0); // 1 March 2026, counted from the end of 1899
    let Some(Data::DateTime(duration)) = sheet.get((2, 3)) else { panic!("{:?}", sheet.get((2, 3))) };
    assert!(duration.is_duration());
    assert!((duration.as_f64() * 1440.0 - 1530.0).abs() < 1e-6);
    assert_eq!(sheet.get((3, 3)), Some(&Data::String("-1:30".into())));
    assert_eq!(sheet.get((4, 4)), Some(&Data::Float(3.0)));
}

#[test]
fn the_same_input_makes_the_same_bytes() {
    assert_eq!(sample(), sample());
}

#[test]
fn sheets_bend_names_and_refuse_what_does_not_fit() {
    let mut book = Workbook::new("x", Timestamp::UNIX_EPOCH);
    for name in ["", "'", "History", "😀".repeat(40).as_str(), "😀".repeat(40).as_str(), "a\nb"] {
        book.sheet(name, &["x"]).unwrap().finish().unwrap();
    }
    let mut sheet = book.sheet("Wide", &["x"]).unwrap();
    assert!(sheet.row([Cell::Empty, Cell::Empty]).is_err());
    sheet.row([Cell::Text("x".repeat(40_000))]).unwrap();
    let book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book.finish().unwrap())).unwrap();
    let names = book.sheet_names();
    let emoji = "😀".repeat(15);
    let second = format!("{} (2)", "😀".repeat(13));
    assert_eq!(names, ["Sheet", "Sheet (2)", "Sheet (3)", &emoji, &second, "a-b", "Wide"]);
}
