// The tools are links to where the repository has them, so all of the disk counts as the project.
export default { turbopack: { root: "/" } };
