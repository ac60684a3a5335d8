return await Meshctl.Verbs.RunAsync(args).ConfigureAwait(false);
