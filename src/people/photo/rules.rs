//! Pictures as they may be served: known by what they hold, not by their name, and written anew without anything that
//! is not the picture. What cameras and programs add (where it was taken, when, with what, thumbnails of what was cut
//! away, comments) goes, and so does anything behind the end. Pixels are not decoded.

use crate::error::{AppError, Result};
use crate::{msg, tr};

/// The longest file that is taken, in bytes.
pub const MOST_BYTES: usize = 5 << 20;
/// Pixels along one side, at least and at most.
const SIDE: std::ops::RangeInclusive<u32> = 16..=10_000;
/// Pixels in all.
const MOST_PIXELS: u64 = 50_000_000;

/// A picture that holds nothing but itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub media_type: &'static str,
    /// Pixels.
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

/// The picture in `raw`, without what it carries along.
///
/// # Errors
/// As [`picture`]; [`AppError::Invalid`] on `file` where it is longer than a photo may be.
pub fn clean(raw: &[u8]) -> Result<Picture> {
    if raw.len() > MOST_BYTES {
        return Err(AppError::invalid("file", msg!("A picture may have {0} MB.", MOST_BYTES >> 20)));
    }
    picture(raw)
}

/// The same of any length.
///
/// # Errors
/// [`AppError::Invalid`] on `file`: no JPEG, PNG or WebP; damaged; moving; too small or too large.
pub fn picture(raw: &[u8]) -> Result<Picture> {
    let wrong = |why: &'static str| AppError::invalid("file", why);
    let cleaned = match raw {
        [0xFF, 0xD8, 0xFF, ..] => jpeg(raw),
        [0x89, b'P', b'N', b'G', ..] => png(raw),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] if moves(raw) => {
            return Err(wrong(tr!("Moving pictures are not taken: choose a still one.")));
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp(raw),
        _ => return Err(wrong(tr!("This is not a picture that can be taken: choose a JPEG, PNG or WebP file."))),
    };
    let picture =
        cleaned.ok_or_else(|| wrong(tr!("The picture is damaged: it does not hold together, or ends early.")))?;
    let (width, height) = (picture.width, picture.height);
    let fits = |side: u32| SIDE.contains(&side);
    if !fits(width) || !fits(height) || u64::from(width) * u64::from(height) > MOST_PIXELS {
        let [least, most] = [SIDE.start(), SIDE.end()];
        let why = msg!(
            "This picture has {0} × {1} pixels: it may have {2} to {3} along each side, and 50 million in all.",
            width,
            height,
            least,
            most
        );
        return Err(AppError::invalid("file", why));
    }
    Ok(picture)
}

fn be16(bytes: &[u8]) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.first_chunk()?))
}

fn be32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.first_chunk()?))
}

fn le32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.first_chunk()?))
}

/// JPEG (ITU T.81): segments up to the scans, and their coded data. Kept are tables, frames, scans, the bare JFIF head,
/// the colour profile and Adobe's note on the colour transform; of Exif nothing but which way is up.
fn jpeg(raw: &[u8]) -> Option<Picture> {
    let (mut jfif, mut rest, mut up, mut size) = (Vec::new(), Vec::new(), None, None);
    let mut scanned = false;
    let mut at = 2;
    loop {
        if *raw.get(at)? != 0xFF {
            return None;
        }
        // A marker may be preceded by any number of fill bytes.
        while *raw.get(at)? == 0xFF {
            at += 1;
        }
        let marker = raw[at];
        at += 1;
        if marker == 0xD9 {
            break;
        }
        let length = usize::from(be16(raw.get(at..)?)?);
        let segment = raw.get(at..at + length)?;
        let body = segment.get(2..)?;
        at += length;
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                if size.is_some() {
                    return None;
                }
                size = Some((u32::from(be16(body.get(3..)?)?), u32::from(be16(body.get(1..)?)?)));
            }
            0xE0 => {
                if body.starts_with(b"JFIF\0") && jfif.is_empty() {
                    // Without its thumbnail: the last two bytes are the size of that.
                    jfif.extend([0xFF, 0xE0, 0, 16]);
                    jfif.extend(body.get(..12)?);
                    jfif.extend([0, 0]);
                }
                continue;
            }
            0xE1 => {
                up = up.or_else(|| body.strip_prefix(b"Exif\0\0").and_then(orientation));
                continue;
            }
            0xE2 if body.starts_with(b"ICC_PROFILE\0") => {}
            0xEE if body.starts_with(b"Adobe") => {
                rest.extend([0xFF, marker, 0, 14]);
                rest.extend(body.get(..12)?);
                continue;
            }
            0xE2..=0xEF | 0xFE => continue,
            0xC4 | 0xCC | 0xDA | 0xDB | 0xDD => {}
            _ => return None,
        }
        rest.extend([0xFF, marker]);
        rest.extend(segment);
        if marker == 0xDA {
            scanned = true;
            let end = at + scan(raw.get(at..)?)?;
            rest.extend(&raw[at..end]);
            at = end;
        }
    }
    let (width, height) = size.filter(|_| scanned)?;
    let up = up.map(upright_segment).unwrap_or_default();
    let bytes = [&[0xFF, 0xD8], jfif.as_slice(), &up, &rest, &[0xFF, 0xD9]].concat();
    Some(Picture { media_type: "image/jpeg", width, height, bytes })
}

/// How long the coded data of a scan is: up to the next marker that is neither a stuffed byte nor a restart.
fn scan(data: &[u8]) -> Option<usize> {
    let ends = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xD0..=0xD7);
    data.windows(2).position(ends)
}

/// Which way is up, from the first directory of Exif's TIFF: 2 to 8, where it is not simply up.
fn orientation(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.first_chunk::<4>()? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let pair = *tiff.get(at..)?.first_chunk()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let offset = *tiff.get(4..)?.first_chunk()?;
    let offset = usize::try_from(if little { u32::from_le_bytes(offset) } else { u32::from_be_bytes(offset) }).ok()?;
    let count = usize::from(short(offset)?);
    let entries = (0..count).map(|entry| offset.saturating_add(2 + 12 * entry));
    let value = entries.filter(|at| short(*at) == Some(0x0112)).find_map(|at| short(at.saturating_add(8)))?;
    u8::try_from(value).ok().filter(|value| (2..=8).contains(value))
}

/// Exif that says which way is up and nothing else, 26 bytes.
fn upright(value: u8) -> Vec<u8> {
    let entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0];
    [b"MM\0*".as_slice(), &[0, 0, 0, 8, 0, 1], &entry, &[0; 4]].concat()
}

/// The same as a segment of JPEG.
fn upright_segment(value: u8) -> Vec<u8> {
    [&[0xFF, 0xE1, 0, 34], b"Exif\0\0".as_slice(), &upright(value)].concat()
}

/// PNG (ISO 15948): chunks with their checksums. Kept are the picture, its palette, transparency and colours.
fn png(raw: &[u8]) -> Option<Picture> {
    const HEAD: &[u8] = b"\x89PNG\r\n\x1a\n";
    const KEPT: [&[u8; 4]; 11] =
        [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"iCCP", b"pHYs"];
    let mut bytes = raw.strip_prefix(HEAD).map(|_| HEAD.to_vec())?;
    let (mut size, mut drawn, mut at) = (None, false, HEAD.len());
    loop {
        let length = usize::try_from(be32(raw.get(at..)?)?).ok()?;
        let end = at.checked_add(length)?.checked_add(12)?;
        let chunk = raw.get(at..end)?;
        let kind = chunk.get(4..)?.first_chunk::<4>()?;
        let mut sum = flate2::Crc::new();
        sum.update(&chunk[4..length + 8]);
        if sum.sum() != be32(&chunk[length + 8..])? {
            return None;
        }
        match (kind, size) {
            (b"IHDR", None) if length == 13 => size = Some((be32(&chunk[8..])?, be32(&chunk[12..])?)),
            (b"IHDR", _) | (_, None) => return None,
            (b"IDAT", _) => drawn = true,
            // A chunk that begins with a capital must be understood to show the picture.
            (kind, _) if kind[0].is_ascii_uppercase() && !KEPT.contains(&kind) => return None,
            _ => {}
        }
        let fits = match kind {
            b"IEND" => length == 0,
            b"gAMA" => length == 4,
            b"cHRM" => length == 32,
            b"sRGB" => length == 1,
            b"pHYs" => length == 9,
            b"sBIT" => length <= 4,
            _ => true,
        };
        if KEPT.contains(&kind) && !fits {
            return None;
        }
        if KEPT.contains(&kind) {
            bytes.extend(chunk);
        }
        at = end;
        if kind == b"IEND" {
            break;
        }
    }
    let (width, height) = size.filter(|_| drawn)?;
    Some(Picture { media_type: "image/png", width, height, bytes })
}

/// The chunks of a WebP file (RFC 9649): kind and content.
fn chunks(raw: &[u8]) -> Option<Vec<(&[u8; 4], &[u8])>> {
    let length = usize::try_from(le32(raw.get(4..)?)?).ok()?;
    let mut rest = raw.get(12..length.checked_add(8)?)?;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let kind = rest.first_chunk::<4>()?;
        let length = usize::try_from(le32(rest.get(4..)?)?).ok()?;
        let content = rest.get(8..length.checked_add(8)?)?;
        // The last one's padding may be missing.
        rest = rest.get(8 + length + length % 2..).unwrap_or_default();
        found.push((kind, content));
    }
    Some(found)
}

fn moves(raw: &[u8]) -> bool {
    chunks(raw).is_some_and(|all| all.iter().any(|(kind, _)| matches!(*kind, b"ANIM" | b"ANMF")))
}

/// WebP: the picture, its transparency, its colour profile and which way is up are kept.
fn webp(raw: &[u8]) -> Option<Picture> {
    /// Bits of the extended head that announce Exif, XMP and movement.
    const EXIF: u8 = 0x08;
    const ANNOUNCED: u8 = EXIF | 0x04 | 0x02;
    let mut body = b"WEBP".to_vec();
    let (mut size, mut drawn, mut up, mut head) = (None, None, None, None);
    for (kind, content) in chunks(raw)? {
        let mut content = content.to_vec();
        match kind {
            b"VP8X" if size.is_some() || drawn.is_some() => return None,
            b"VP8 " | b"VP8L" if drawn.is_some() => return None,
            b"VP8X" => {
                let side = |at: usize| Some(1 + (le32(&[content.get(at..at + 3)?, &[0]].concat())?));
                size = Some((side(4)?, side(7)?));
                content[0] &= !ANNOUNCED;
                head = Some(body.len() + 8);
            }
            b"VP8 " => {
                let tagged = content.get(3..6)? == [0x9D, 0x01, 0x2A];
                let side = |at: usize| Some(u32::from(u16::from_le_bytes(*content.get(at..)?.first_chunk()?) & 0x3FFF));
                drawn = Some((side(6)?, side(8)?)).filter(|_| tagged);
            }
            b"VP8L" => {
                let bits = le32(content.get(1..)?)?;
                drawn = Some(((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1)).filter(|_| content[0] == 0x2F);
            }
            b"ALPH" | b"ICCP" => {}
            b"EXIF" => {
                up = up.or_else(|| orientation(content.strip_prefix(b"Exif\0\0").unwrap_or(&content)));
                continue;
            }
            _ => continue,
        }
        body.extend(kind);
        body.extend(u32::try_from(content.len()).ok()?.to_le_bytes());
        body.extend(&content);
        body.extend(vec![0; content.len() % 2]);
    }
    // Only the extended head may announce it.
    if let Some((head, up)) = head.zip(up) {
        body[head] |= EXIF;
        let exif = upright(up);
        body.extend(b"EXIF");
        body.extend(u32::try_from(exif.len()).ok()?.to_le_bytes());
        body.extend(exif);
    }
    let drawn = drawn?;
    let (width, height) = size.unwrap_or(drawn);
    if (width, height) != drawn {
        return None;
    }
    let length = u32::try_from(body.len()).ok()?.to_le_bytes();
    Some(Picture { media_type: "image/webp", width, height, bytes: [b"RIFF".as_slice(), &length, &body].concat() })
}
