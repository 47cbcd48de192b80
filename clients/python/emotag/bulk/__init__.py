"""Tags for tables and files: Spark (`emotag.bulk.spark`), Ray Data (`emotag.bulk.ray`) and `emotag tag-files`."""
