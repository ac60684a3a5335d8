extern alias local;

global using local::Mesh.LocalMesh;
