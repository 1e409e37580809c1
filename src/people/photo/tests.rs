use super::rules::{MOST_BYTES, clean};
use crate::error::AppError;

/// A segment of a JPEG.
fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], length.as_slice(), body].concat()
}

/// Exif with which way is up, a place and a thumbnail.
fn exif(up: u8, little: bool) -> Vec<u8> {
    let mut tiff = if little { b"II*\0\x08\0\0\0\x02\0".to_vec() } else { b"MM\0*\0\0\0\x08\0\x02".to_vec() };
    let entry = |tag: u16, kind: u16, value: u16| {
        let parts = [tag, kind];
        let bytes = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let count = if little { 1_u32.to_le_bytes() } else { 1_u32.to_be_bytes() };
        [bytes(parts[0]).as_slice(), &bytes(parts[1]), &count, &bytes(value), &[0, 0]].concat()
    };
    tiff.extend(entry(0x010F, 2, 7));
    tiff.extend(entry(0x0112, 3, up.into()));
    tiff.extend(b"\0\0\0\0GPS 53.55 N 9.99 E");
    [b"Exif\0\0".as_slice(), &tiff].concat()
}

fn jpeg(segments: &[Vec<u8>], width: u16, height: u16) -> Vec<u8> {
    let [w, h] = [width.to_be_bytes(), height.to_be_bytes()];
    let frame = [&[8], h.as_slice(), &w, &[1, 1, 0x11, 0]].concat();
    [
        &[0xFF, 0xD8],
        segments.concat().as_slice(),
        &segment(0xDB, &[1; 65]),
        &segment(0xC0, &frame),
        &segment(0xC4, &[0; 20]),
        &segment(0xDA, &[1, 1, 0, 0, 63, 0]),
        // A stuffed byte and a restart belong to the data.
        &[1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4],
        &[0xFF, 0xD9],
    ]
    .concat()
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(body);
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), kind.as_slice(), body, &sum.sum().to_be_bytes()].concat()
}

fn png(width: u32, height: u32, more: &[Vec<u8>]) -> Vec<u8> {
    let head = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".as_slice(),
        &chunk(b"IHDR", &head),
        &more.concat(),
        &chunk(b"IDAT", b"pixels"),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

fn riff(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [kind.as_slice(), &length, body, &[0][..body.len() % 2]].concat()
}

fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".as_slice(), &chunks.concat()].concat();
    [b"RIFF".as_slice(), &u32::try_from(body.len()).unwrap().to_le_bytes(), &body].concat()
}

fn vp8(width: u16, height: u16) -> Vec<u8> {
    riff(
        b"VP8 ",
        &[&[0, 0, 0, 0x9D, 1, 0x2A], width.to_le_bytes().as_slice(), &height.to_le_bytes(), b"data!"].concat(),
    )
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[track_caller]
fn refused(raw: &[u8], words: &str) {
    match clean(raw) {
        Err(AppError::Invalid(errors)) => {
            let said = errors.of("file").unwrap().to_string();
            assert!(said.contains(words), "{said}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_jpeg_keeps_its_picture_and_which_way_is_up_and_nothing_else() {
    for little in [true, false] {
        let told = [
            segment(0xE0, b"JFIF\0\x01\x02\0\0\x48\0\x48\x01\x01RGB"),
            segment(0xE1, &exif(6, little)),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Mira</x:xmpmeta>"),
            segment(0xE2, b"ICC_PROFILE\0\x01\x01profile"),
            segment(0xE2, b"MPF\0another picture"),
            segment(0xED, b"Photoshop 3.0\0caption"),
            segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01"),
            segment(0xFE, b"a comment"),
        ];
        let raw = [jpeg(&told, 640, 480), b"<script>alert(1)</script>".to_vec()].concat();
        let picture = clean(&raw).unwrap();
        assert_eq!((picture.media_type, picture.width, picture.height), ("image/jpeg", 640, 480));
        for gone in [&b"GPS"[..], b"RGB", b"xmpmeta", b"another", b"caption", b"comment", b"script"] {
            assert!(!holds(&picture.bytes, gone), "{}", String::from_utf8_lossy(gone));
        }
        for kept in [&b"JFIF"[..], b"ICC_PROFILE", b"Adobe", &[1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4, 0xFF, 0xD9]] {
            assert!(holds(&picture.bytes, kept), "{}", String::from_utf8_lossy(kept));
        }
        assert!(holds(&picture.bytes, &[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]), "it stands upright");
        assert_eq!(clean(&picture.bytes).unwrap(), picture, "clean stays as it is");
    }
    let plain = clean(&jpeg(&[segment(0xE1, &exif(1, true))], 20, 20)).unwrap();
    assert!(!holds(&plain.bytes, b"Exif"), "simply up needs no word");
}

#[test]
fn a_png_loses_its_texts_and_what_stands_behind_its_end() {
    let told = [chunk(b"tEXt", b"Author\0Mira"), chunk(b"eXIf", b"MM\0*GPS"), chunk(b"gAMA", &[0, 0, 1, 1])];
    let raw = [png(32, 48, &told), b"<html>".to_vec()].concat();
    let picture = clean(&raw).unwrap();
    assert_eq!((picture.media_type, picture.width, picture.height), ("image/png", 32, 48));
    assert!(!holds(&picture.bytes, b"Mira") && !holds(&picture.bytes, b"GPS") && !holds(&picture.bytes, b"html"));
    assert!(holds(&picture.bytes, b"gAMA") && holds(&picture.bytes, b"pixels"));
    let mut damaged = raw.clone();
    damaged[20] ^= 1;
    refused(&damaged, "damaged");
}

#[test]
fn a_webp_loses_exif_and_its_announcement_and_must_not_move() {
    let canvas = [0x0C | 0x10, 0, 0, 0, 99, 0, 0, 49, 0, 0];
    let raw = webp(&[riff(b"VP8X", &canvas), vp8(100, 50), riff(b"EXIF", b"GPS"), riff(b"XMP ", b"Mira!")]);
    let picture = clean(&raw).unwrap();
    assert_eq!((picture.media_type, picture.width, picture.height), ("image/webp", 100, 50));
    assert!(!holds(&picture.bytes, b"GPS") && !holds(&picture.bytes, b"Mira"));
    assert_eq!(picture.bytes[20], 0x10, "transparency stays announced");
    assert_eq!(clean(&picture.bytes).unwrap(), picture);
    let turned = webp(&[riff(b"VP8X", &canvas), vp8(100, 50), riff(b"EXIF", &exif(6, true)[6..])]);
    let turned = clean(&turned).unwrap();
    assert_eq!(turned.bytes[20], 0x10 | 0x08);
    assert!(holds(&turned.bytes, b"EXIF") && !holds(&turned.bytes, b"GPS"), "which way is up stays, where it was goes");
    assert_eq!(clean(&turned.bytes).unwrap(), turned);
    let plain = clean(&webp(&[vp8(64, 32)])).unwrap();
    assert_eq!((plain.width, plain.height), (64, 32));
    refused(&webp(&[riff(b"VP8X", &canvas), riff(b"ANIM", &[0; 6])]), "Moving pictures");
}

#[test]
fn what_is_no_picture_is_refused_whatever_it_is_called() {
    for raw in
        [&b""[..], b"<svg onload=alert(1)>", b"<html>", b"MZ\x90\0", b"%PDF-1.7", b"GIF89a", b"BM", &[0xFF, 0xD8]]
    {
        refused(raw, "not a picture");
    }
    refused(b"\xFF\xD8\xFF\xE0<svg>", "damaged");
    refused(&vec![0; MOST_BYTES + 1], "5 MB");
}

#[test]
fn damaged_and_boundless_pictures_are_refused() {
    let good = jpeg(&[], 640, 480);
    for length in 3..good.len() {
        refused(&good[..length], "damaged");
    }
    refused(&jpeg(&[], 8, 480), "8 × 480");
    refused(&jpeg(&[], 12_000, 100), "pixels");
    refused(&jpeg(&[], 9_000, 9_000), "50 million");
    refused(&png(u32::MAX, 20, &[]), "pixels");
    // A length that leads beyond everything.
    refused(&[b"\x89PNG\r\n\x1a\n".as_slice(), &[0xFF; 40]].concat(), "damaged");
    refused(&webp(&[[b"VP8 ".as_slice(), &[0xFF; 4], b"x"].concat()]), "damaged");
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_sent_makes_it_fall_over(which in 0_usize..3, rest in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        let head: [&[u8]; 3] = [&[0xFF, 0xD8, 0xFF], b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP"];
        let _ = clean(&[head[which], &rest].concat());
        let mut good = jpeg(&[segment(0xE1, &exif(6, true))], 64, 64);
        for (at, byte) in rest.iter().enumerate().take(3) {
            let place = (usize::from(*byte) * 7 + at * 13) % good.len();
            good[place] = *byte;
        }
        let _ = clean(&good);
    }
}
