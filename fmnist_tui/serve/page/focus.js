// Keys reach the terminal without a click on it first. textual.js has created it when the page is loaded.
addEventListener("load", () => document.querySelector(".xterm-helper-textarea").focus());
