/** Version of the JSON form of a report; apart from the schema, so that a run need not load it. */
export const reportVersion = 1;
