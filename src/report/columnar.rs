//! `timeseries.parquet` and `members.parquet`: one row group, doubles, and the sidecar in the footer.

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
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};
use std::sync::Arc;

/// What is told apart between the files: name, rows, and whether numbers may be unknown.
struct Layout<'a> {
    file: &'static str,
    row: &'static str,
    times: &'a [i64],
    optional: bool,
}

/// The table of steps as a Parquet file; its text column of times becomes a time stamp in local time.
pub(super) fn write(record: &Record, table: &Table<'_>, sidecar: &serde_json::Value) -> Result<Vec<u8>, ReportError> {
    let times = milliseconds(record);
    encode(&Layout { file: "timeseries.parquet", row: "step", times: &times, optional: false }, table, sidecar)
}

/// The table of runs as a Parquet file; a number that is not finite is null.
///
/// # Errors
/// [`ReportError::Columns`] if the columnar writer refuses.
pub fn members(table: &Table<'_>, sidecar: &serde_json::Value) -> Result<Vec<u8>, ReportError> {
    encode(&Layout { file: "members.parquet", row: "run", times: &[], optional: true }, table, sidecar)
}

/// The columns of doubles of a Parquet file whose values are all known, in the file's order.
///
/// # Errors
/// What the reader says of a file that is broken.
pub(super) fn doubles(bytes: Vec<u8>) -> Result<Vec<(String, Vec<f64>)>, String> {
    use parquet::column::reader::ColumnReader;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).map_err(|e| e.to_string())?;
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
    encode(&Layout { file: "fans.parquet", row: "step", times: &times, optional: false }, table, sidecar)
}

/// A column of a table of runs that was read back.
pub type ReadColumn = (String, Vec<f64>);

/// The columns of numbers of a table of runs, by key; null is not a number.
///
/// # Errors
/// What the columnar reader says of bytes that are no such table.
pub fn read_members(bytes: Vec<u8>) -> Result<Vec<ReadColumn>, String> {
    let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).map_err(|e| e.to_string())?;
    let rows = usize::try_from(file.metadata().file_metadata().num_rows()).map_err(|e| e.to_string())?;
    let schema = file.metadata().file_metadata().schema_descr();
    let keys: Vec<(String, bool)> =
        (schema.columns().iter()).map(|c| (c.name().to_owned(), c.physical_type() == Physical::DOUBLE)).collect();
    let mut out: Vec<ReadColumn> = keys.iter().filter(|k| k.1).map(|k| (k.0.clone(), Vec::new())).collect();
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group).map_err(|e| e.to_string())?;
        let mut place = 0;
        for (at, (_, is_double)) in keys.iter().enumerate() {
            if !is_double {
                continue;
            }
            let reader = group.get_column_reader(at).map_err(|e| e.to_string())?;
            let ColumnReader::DoubleColumnReader(mut reader) = reader else {
                return Err("a column of another type".into());
            };
            let (mut known, mut levels) = (Vec::new(), Vec::new());
            reader.read_records(rows, Some(&mut levels), None, &mut known).map_err(|e| e.to_string())?;
            let mut known = known.into_iter();
            if let Some((_, values)) = out.get_mut(place) {
                values.extend(levels.iter().map(|l| if *l > 0 { known.next().unwrap_or(f64::NAN) } else { f64::NAN }));
            }
            place += 1;
        }
    }
    if out.iter().all(|c| c.1.len() == rows) { Ok(out) } else { Err("a column is shorter than the table".into()) }
}

fn encode(layout: &Layout<'_>, table: &Table<'_>, sidecar: &serde_json::Value) -> Result<Vec<u8>, ReportError> {
    let refused = |reason: String| ReportError::Columns { file: layout.file, reason };
    write_columns(layout, table, sidecar).map_err(|e| refused(e.to_string()))
}

fn write_columns(
    layout: &Layout<'_>,
    table: &Table<'_>,
    sidecar: &serde_json::Value,
) -> parquet::errors::Result<Vec<u8>> {
    let schema = schema(layout, table)?;
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
    let plain = table.columns.iter().filter(|c| !matches!(c.cells, Cells::Numbers(_)));
    let properties = plain
        .fold(properties, |p, c| p.set_column_encoding(ColumnPath::new(vec![c.key.to_string()]), Encoding::PLAIN))
        .build();
    let mut bytes = Vec::with_capacity(table.rows() * table.columns.len() * 6);
    let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    let mut columns = table.columns.iter();
    while let Some(mut writer) = group.next_column()? {
        match columns.next().map(|c| (&*c.key, &c.cells)) {
            Some(("time_local", _)) => {
                writer.typed::<Int64Type>().write_batch(layout.times, None, None)?;
            }
            Some((_, Cells::Numbers(values))) if layout.optional => {
                let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
                let levels: Vec<i16> = values.iter().map(|v| i16::from(v.is_finite())).collect();
                writer.typed::<DoubleType>().write_batch(&known, Some(&levels), None)?;
            }
            Some((_, Cells::Whole(values))) => {
                writer.typed::<Int64Type>().write_batch(values, None, None)?;
            }
            Some((_, Cells::Numbers(values))) => {
                writer.typed::<DoubleType>().write_batch(values, None, None)?;
            }
            Some((_, Cells::Texts(texts))) => {
                let texts: Vec<_> = texts.iter().map(|t| ByteArray::from(&**t)).collect();
                writer.typed::<ByteArrayType>().write_batch(&texts, None, None)?;
            }
            Some((key, Cells::Mixed(_))) => {
                return Err(ParquetError::General(format!("column {key} mixes numbers and texts")));
            }
            None => {}
        }
        writer.close()?;
    }
    group.close()?;
    file.close()?;
    Ok(bytes)
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
