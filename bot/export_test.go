package bot

// OfferFrom is the line above which questions are offered.
const OfferFrom = offerFrom
