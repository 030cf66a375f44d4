//! `timeseries.parquet` and `members.parquet`: doubles, and the sidecar in the footer. One row group, but of the table of runs
//! one for every [`GROUP`] rows: that table is written, and read, a column of some rows at a time.

use super::ReportError;
use super::data::{Cells, Table};
use crate::calendar::Window;
use crate::record::Record;
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};
use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

/// What is told apart between the files: rows, and whether numbers may be unknown.
struct Layout<'a> {
    row: &'static str,
    times: &'a [i64],
    optional: bool,
}

/// The table of steps as a Parquet file; its text column of times becomes a time stamp in local time.
pub(super) fn write(record: &Record, table: &Table<'_>, sidecar: &serde_json::Value) -> Result<Vec<u8>, ReportError> {
    let mut bytes = Vec::with_capacity(table.rows() * table.columns.len() * 6);
    match write_steps(record, table, sidecar, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(e) => Err(ReportError::Columns { file: "timeseries.parquet", reason: e.to_string() }),
    }
}

/// The same into a file, a column at a time.
pub(super) fn write_steps<W: Write + Send>(
    record: &Record,
    table: &Table<'_>,
    sidecar: &serde_json::Value,
    to: W,
) -> io::Result<()> {
    let layout = Layout { row: "step", times: &milliseconds(record), optional: false };
    write_whole(&layout, table, sidecar, to)
}

/// Rows of a row group of the table of runs.
pub const GROUP: usize = 4096;

/// Writes the table of runs: `head` without its cells, which `cells` gives by place of the column and rows, group by group and
/// within one in the order of columns. A number that is not finite is null.
///
/// # Errors
/// What the file, the columnar writer or `cells` refuses.
pub fn write_members<W: Write + Send>(
    to: W,
    head: &Table<'_>,
    rows: usize,
    sidecar: &serde_json::Value,
    cells: &mut dyn FnMut(usize, Range<usize>) -> io::Result<Cells<'static>>,
) -> io::Result<()> {
    let layout = Layout { row: "run", times: &[], optional: true };
    let groups: Vec<Range<usize>> = (0..rows.max(1)).step_by(GROUP).map(|at| at..rows.min(at + GROUP)).collect();
    let mut cells = |column, rows| Ok(Cow::Owned(cells(column, rows)?));
    write_columns(&layout, head, sidecar, to, &groups, &mut cells).map_err(refusal)
}

/// A full disk is told as such.
fn refusal(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other.to_string()),
        },
        other => io::Error::other(other.to_string()),
    }
}

/// The columns of doubles of a Parquet file whose values are all known, in the file's order.
///
/// # Errors
/// What the reader says of a file that is broken.
pub fn doubles(from: impl ChunkReader + 'static) -> Result<Vec<(String, Vec<f64>)>, String> {
    let file = SerializedFileReader::new(from).map_err(|e| e.to_string())?;
    let about = file.metadata().file_metadata();
    let schema = about.schema_descr();
    let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
    for i in 0..schema.num_columns() {
        let mut values: Option<Vec<f64>> = None;
        for group in 0..file.num_row_groups() {
            let group = file.get_row_group(group).map_err(|e| e.to_string())?;
            let rows = group.metadata().num_rows().max(0) as usize;
            if let ColumnReader::DoubleColumnReader(mut reader) =
                group.get_column_reader(i).map_err(|e| e.to_string())?
            {
                let all = values.get_or_insert_with(|| Vec::with_capacity(rows));
                let wanted = all.len() + rows;
                while all.len() < wanted {
                    let (records, ..) =
                        reader.read_records(wanted - all.len(), None, None, all).map_err(|e| e.to_string())?;
                    if records == 0 {
                        return Err(format!("`{}` ends early", schema.column(i).name()));
                    }
                }
            }
        }
        columns.extend(values.map(|v| (schema.column(i).name().to_owned(), v)));
    }
    Ok(columns)
}

/// The table of fans as a Parquet file; its text column of times becomes a time stamp in local time.
pub(super) fn fans(table: &Table<'_>, window: Window, sidecar: &serde_json::Value) -> Result<Vec<u8>, ReportError> {
    let times = stamps(window, table.rows());
    let mut bytes = Vec::new();
    match write_whole(&Layout { row: "step", times: &times, optional: false }, table, sidecar, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(e) => Err(ReportError::Columns { file: "fans.parquet", reason: e.to_string() }),
    }
}

/// A table of runs that is read a column of some rows at a time.
pub struct Reader<R: ChunkReader> {
    file: SerializedFileReader<R>,
    /// Key and place of each column of numbers.
    columns: Vec<(String, usize)>,
    rows: usize,
}

impl<R: ChunkReader + 'static> Reader<R> {
    /// Reads what the table holds, and none of its cells.
    ///
    /// # Errors
    /// What the columnar reader says of bytes that are no such table.
    pub fn open(from: R) -> Result<Self, String> {
        let file = SerializedFileReader::new(from).map_err(|e| e.to_string())?;
        let about = file.metadata().file_metadata();
        let rows = usize::try_from(about.num_rows()).map_err(|e| e.to_string())?;
        let columns = about.schema_descr().columns().iter().enumerate();
        let columns = columns.filter(|(_, c)| c.physical_type() == Physical::DOUBLE);
        let columns = columns.map(|(at, c)| (c.name().to_owned(), at)).collect();
        Ok(Self { file, columns, rows })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Keys of the columns of numbers, in the file's order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.0.as_str())
    }

    /// Some rows of a column of numbers, null as not a number; nothing where the table has no such column.
    ///
    /// # Errors
    /// What the columnar reader says of a table that is broken.
    pub fn read(&self, key: &str, rows: Range<usize>) -> Result<Option<Vec<f64>>, String> {
        let Some((_, column)) = self.columns.iter().find(|c| c.0 == key) else { return Ok(None) };
        let mut out = Vec::with_capacity(rows.len().min(self.rows));
        let mut start = 0;
        for (at, group) in self.file.metadata().row_groups().iter().enumerate() {
            let end = start + group.num_rows().max(0) as usize;
            let own = rows.start.max(start)..rows.end.min(end);
            if own.start < own.end {
                let group = self.file.get_row_group(at).map_err(|e| e.to_string())?;
                let reader = group.get_column_reader(*column).map_err(|e| e.to_string())?;
                let ColumnReader::DoubleColumnReader(mut reader) = reader else {
                    return Err("a column of another type".into());
                };
                reader.skip_records(own.start - start).map_err(|e| e.to_string())?;
                let (mut known, mut levels) = (Vec::new(), Vec::new());
                reader.read_records(own.len(), Some(&mut levels), None, &mut known).map_err(|e| e.to_string())?;
                let mut known = known.into_iter();
                let value = |level: &i16| if *level > 0 { known.next() } else { None };
                out.extend(levels.iter().map(value).map(|v| v.unwrap_or(f64::NAN)));
            }
            start = end;
        }
        if out.len() == rows.len() { Ok(Some(out)) } else { Err("a column is shorter than the table".into()) }
    }
}

/// All columns of numbers of a table of runs, by key; null is not a number.
///
/// # Errors
/// What the columnar reader says of bytes that are no such table.
pub fn read_members(bytes: Vec<u8>) -> Result<Vec<(String, Vec<f64>)>, String> {
    let table = Reader::open(bytes::Bytes::from(bytes))?;
    let column = |key: &str| Ok((key.to_owned(), table.read(key, 0..table.rows())?.unwrap_or_default()));
    table.keys().map(column).collect()
}

/// A table that is in memory, as one row group.
fn write_whole<W: Write + Send>(
    layout: &Layout<'_>,
    table: &Table<'_>,
    sidecar: &serde_json::Value,
    to: W,
) -> io::Result<()> {
    let whole = 0..table.rows();
    let mut cells = |column: usize, _| match table.columns.get(column) {
        Some(column) => Ok(Cow::Borrowed(&column.cells)),
        None => Err(io::Error::other("no such column")),
    };
    write_columns(layout, table, sidecar, to, &[whole], &mut cells).map_err(refusal)
}

fn write_columns<'a, W: Write + Send>(
    layout: &Layout<'_>,
    head: &Table<'_>,
    sidecar: &serde_json::Value,
    to: W,
    groups: &[Range<usize>],
    cells: &mut dyn FnMut(usize, Range<usize>) -> io::Result<Cow<'a, Cells<'a>>>,
) -> parquet::errors::Result<()> {
    let schema = schema(layout, head)?;
    let footer = ["hashwatt", "columns"].iter().zip([sidecar.to_string(), sidecar["columns"].to_string()]);
    let footer = footer.map(|(key, text)| KeyValue::new((*key).to_owned(), text)).collect();
    let properties = WriterProperties::builder()
        .set_created_by(concat!("hashwatt ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::BYTE_STREAM_SPLIT)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(None)
        .set_key_value_metadata(Some(footer));
    // Only doubles gain from split bytes.
    let plain = head.columns.iter().filter(|c| !matches!(c.cells, Cells::Numbers(_)));
    let properties = plain
        .fold(properties, |p, c| p.set_column_encoding(ColumnPath::new(vec![c.key.to_string()]), Encoding::PLAIN))
        .build();
    let mut file = SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))?;
    for rows in groups {
        let mut group = file.next_row_group()?;
        let mut columns = head.columns.iter().enumerate();
        while let Some(mut writer) = group.next_column()? {
            let Some((at, column)) = columns.next() else { break };
            if column.key == "time_local" {
                writer.typed::<Int64Type>().write_batch(layout.times, None, None)?;
                writer.close()?;
                continue;
            }
            match &*cells(at, rows.clone())? {
                Cells::Numbers(values) if layout.optional => {
                    let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
                    let levels: Vec<i16> = values.iter().map(|v| i16::from(v.is_finite())).collect();
                    writer.typed::<DoubleType>().write_batch(&known, Some(&levels), None)?;
                }
                Cells::Whole(values) => {
                    writer.typed::<Int64Type>().write_batch(values, None, None)?;
                }
                Cells::Numbers(values) => {
                    writer.typed::<DoubleType>().write_batch(values, None, None)?;
                }
                Cells::Texts(texts) => {
                    let texts: Vec<_> = texts.iter().map(|t| ByteArray::from(&**t)).collect();
                    writer.typed::<ByteArrayType>().write_batch(&texts, None, None)?;
                }
                Cells::Mixed(_) => {
                    return Err(ParquetError::General(format!("column {} mixes numbers and texts", column.key)));
                }
            }
            writer.close()?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}

fn schema(layout: &Layout<'_>, table: &Table<'_>) -> parquet::errors::Result<Type> {
    let mut fields = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let (physical, logical) = match &column.cells {
            _ if column.key == "time_local" => (Physical::INT64, Some(LogicalType::timestamp(false, TimeUnit::MILLIS))),
            Cells::Whole(_) => (Physical::INT64, None),
            Cells::Texts(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            _ => (Physical::DOUBLE, None),
        };
        let optional = layout.optional && matches!(column.cells, Cells::Numbers(_));
        let field = Type::primitive_type_builder(&column.key, physical)
            .with_repetition(if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED })
            .with_logical_type(logical)
            .build()?;
        fields.push(Arc::new(field));
    }
    Type::group_type_builder(layout.row).with_fields(fields).build()
}

/// Milliseconds from 1970-01-01 00:00 local time to the start of each step.
fn milliseconds(record: &Record) -> Vec<i64> {
    stamps(record.window, record.window.steps())
}

fn stamps(window: Window, steps: usize) -> Vec<i64> {
    let step = i64::from(window.step_minutes) * 60_000;
    (0..steps as i64).map(|i| i64::from(window.from.0) * 86_400_000 + i * step).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{period, synthetic};
    use super::*;
    use parquet::record::RowAccessor;

    #[test]
    fn what_is_written_reads_back() {
        let record = synthetic::record(2);
        let table = period::steps(&record);
        let sidecar = table.sidecar(&synthetic::meta(), &record.caveats);
        let bytes = write(&record, &table, &sidecar).unwrap();
        assert_eq!(bytes, write(&record, &table, &sidecar).unwrap());
        let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let about = file.metadata().file_metadata();
        assert_eq!(about.num_rows(), 48);
        let footer = about.key_value_metadata().unwrap();
        let text = footer.iter().find(|k| k.key == "hashwatt").and_then(|k| k.value.clone()).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["columns"]["demand_mw"]["unit"], "MW");
        let row = file.get_row_iter(None).unwrap().nth(30).unwrap().unwrap();
        assert_eq!(row.get_double(2).unwrap(), record.series("demand_mw").unwrap().values[30]);
    }
}
