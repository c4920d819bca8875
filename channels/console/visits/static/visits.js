// What was scanned or typed last is selected, so that the next scan takes its
// place instead of being written behind it.
document.querySelector("#scan")?.select();
