// Says when the page was loaded, in the reader's own way of writing times.
const when = document.getElementById('when')
const now = new Date()
when.dateTime = now.toISOString()
when.textContent = `at ${now.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}`
