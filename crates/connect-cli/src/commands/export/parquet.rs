//! Parquet: rows that were written as lines of JSON become columns.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// How many rows are in memory at once, and in a row group.
const ROWS: usize = 10_000;

/// A row: a text for each column that has a value in it.
type Row = Vec<Option<String>>;

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// Rows cannot be read, or the file not created.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The rest.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
}

/// Writes the rows of one file, JSON arrays, as columns of these names into another.
///
/// # Errors
///
/// A file that cannot be read or written.
pub(super) fn write(rows: &Path, into: &Path, header: &str) -> Result<(), Error> {
    let names: Vec<_> = header.trim_end().split(',').collect();
    let columns = names.iter().map(|name| match kind(name) {
        Kind::Text => format!("optional binary {name} (STRING);"),
        Kind::Number => format!("optional int64 {name};"),
        Kind::Time => format!("optional int64 {name} (TIMESTAMP(MICROS,true));"),
    });
    let schema = format!("message contacts {{ {} }}", columns.collect::<String>());
    let schema = Arc::new(parse_message_type(&schema)?);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let properties = Arc::new(properties.build());
    let mut writer = SerializedFileWriter::new(File::create(into)?, schema, properties)?;
    let mut lines = BufReader::new(File::open(rows)?).lines();
    loop {
        let batch = lines
            .by_ref()
            .take(ROWS)
            .map(|line| Ok(serde_json::from_str(&line?)?));
        let batch: Vec<Row> = batch.collect::<io::Result<_>>()?;
        if batch.is_empty() {
            break;
        }
        let mut group = writer.next_row_group()?;
        let mut place = 0;
        while let Some(mut column) = group.next_column()? {
            let values = || batch.iter().map(|row| row.get(place)?.as_deref());
            match column.untyped() {
                ColumnWriter::ByteArrayColumnWriter(column) => {
                    let texts = values().map(|text| text.map(ByteArray::from));
                    let (levels, texts) = split(texts);
                    column.write_batch(&texts, Some(&levels), None)?;
                }
                ColumnWriter::Int64ColumnWriter(column) => {
                    let is_time = kind(names[place]) == Kind::Time;
                    let number = |text: &str| match is_time {
                        true => Some(text.parse::<Timestamp>().ok()?.as_microsecond()),
                        false => text.parse().ok(),
                    };
                    let (levels, numbers) = split(values().map(|text| number(text?)));
                    column.write_batch(&numbers, Some(&levels), None)?;
                }
                // The schema has no others.
                _ => {}
            }
            column.close()?;
            place += 1;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Time,
}

fn kind(column: &str) -> Kind {
    match column {
        "depth" | "duration_seconds" => Kind::Number,
        name if name.ends_with("_timestamp") => Kind::Time,
        _ => Kind::Text,
    }
}

/// Whether there is a value in each row, and the values.
fn split<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<i16>, Vec<T>) {
    let (mut levels, mut present) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    (levels, present)
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    use super::*;

    #[test]
    fn rows_become_columns_with_their_types() {
        let folder = tempfile::tempdir().unwrap();
        let [rows, into] = ["rows", "out"].map(|name| folder.path().join(name));
        let line = "[\"2\",\"ä\",null,\"2026-03-14T10:00:00.5Z\",\"60\"]\n";
        let absent = "[\"0\",\"b\",\"c\",null,null]\n";
        std::fs::write(&rows, line.to_owned() + &absent.repeat(ROWS)).unwrap();
        let header = "depth,contact_id,link,initiation_timestamp,duration_seconds\n";
        write(&rows, &into, header).unwrap();
        let reader = SerializedFileReader::new(File::open(&into).unwrap()).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 2);
        let read: Vec<_> = reader
            .get_row_iter(None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(read.len(), ROWS + 1);
        assert_eq!(read[0].get_long(0).unwrap(), 2);
        assert_eq!(read[0].get_string(1).unwrap(), "ä");
        assert_eq!(
            read[0].get_timestamp_micros(3).unwrap(),
            1_773_482_400_500_000
        );
        assert_eq!(read[0].get_long(4).unwrap(), 60);
        assert!(read[0].get_string(2).is_err() && read[ROWS].get_long(4).is_err());
        assert_eq!(read[ROWS].get_string(2).unwrap(), "c");
        std::fs::write(&rows, "no row\n").unwrap();
        assert!(matches!(write(&rows, &into, header), Err(Error::Io(_))));
    }
}
