"""Reports: sheets and files that people check, sign and pass on."""
